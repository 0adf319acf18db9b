/**
 * Names of seas, which the base map's data lacks. Rank 0 is named from afar, 4 from near by only.
 */
import { t } from '@lingui/core/macro';

export interface Sea {
  readonly name: string;
  readonly lng: number;
  readonly lat: number;
  readonly rank: number;
}

const sea = (name: string, lng: number, lat: number, rank: number): Sea => ({
  name,
  lng,
  lat,
  rank,
});

export function seas(): readonly Sea[] {
  return [...large(), ...small()];
}

const large = (): readonly Sea[] => [
  sea(t`North Atlantic Ocean`, -40, 36, 0),
  sea(t`South Atlantic Ocean`, -18, -24, 0),
  sea(t`North Pacific Ocean`, -158, 34, 0),
  sea(t`North Pacific Ocean`, 167, 28, 0),
  sea(t`South Pacific Ocean`, -128, -24, 0),
  sea(t`Indian Ocean`, 80, -20, 0),
  sea(t`Southern Ocean`, 60, -61, 1),
  sea(t`Southern Ocean`, -110, -64, 1),
  sea(t`Arctic Ocean`, -5, 82, 1),
  sea(t`Mediterranean Sea`, 18.4, 34.8, 1),
  sea(t`Caribbean Sea`, -75.5, 14.8, 1),
  sea(t`Gulf of Mexico`, -90.5, 25.2, 1),
  sea(t`Arabian Sea`, 64, 15, 1),
  sea(t`Bay of Bengal`, 88.5, 14.5, 1),
  sea(t`South China Sea`, 114, 13.5, 1),
  sea(t`Philippine Sea`, 133, 18, 1),
  sea(t`Coral Sea`, 155, -17, 1),
  sea(t`Tasman Sea`, 160.5, -38, 1),
  sea(t`Norwegian Sea`, 3, 67, 1),
  sea(t`Labrador Sea`, -52, 58, 1),
  sea(t`Hudson Bay`, -85, 59.5, 1),
  sea(t`Bering Sea`, -178, 58, 1),
  sea(t`Sea of Okhotsk`, 150, 54, 1),
  sea(t`Barents Sea`, 38, 74, 1),
  sea(t`North Sea`, 3, 56.4, 2),
  sea(t`Baltic Sea`, 19.3, 56.4, 2),
  sea(t`Black Sea`, 34.2, 43.3, 2),
  sea(t`Caspian Sea`, 50.7, 41.8, 2),
  sea(t`Bay of Biscay`, -4.8, 45.3, 2),
  sea(t`Greenland Sea`, -6, 76, 2),
  sea(t`Kara Sea`, 67, 75.5, 2),
  sea(t`Laptev Sea`, 126, 76, 2),
];

const small = (): readonly Sea[] => [
  sea(t`Beaufort Sea`, -140, 72, 2),
  sea(t`Baffin Bay`, -68, 73.5, 2),
  sea(t`Gulf of Alaska`, -146, 57, 2),
  sea(t`Sea of Japan`, 134.8, 40, 2),
  sea(t`East China Sea`, 125.5, 29, 2),
  sea(t`Yellow Sea`, 123.2, 35.5, 2),
  sea(t`Java Sea`, 111, -4.9, 2),
  sea(t`Celebes Sea`, 122, 3.2, 2),
  sea(t`Banda Sea`, 127.3, -5.6, 2),
  sea(t`Arafura Sea`, 135, -9.3, 2),
  sea(t`Timor Sea`, 127, -11.5, 2),
  sea(t`Andaman Sea`, 95.8, 10.2, 2),
  sea(t`Red Sea`, 38.2, 20.3, 2),
  sea(t`Persian Gulf`, 51.2, 27.1, 2),
  sea(t`Gulf of Aden`, 47.8, 12.3, 2),
  sea(t`Gulf of Guinea`, 2.5, 2, 2),
  sea(t`Great Australian Bight`, 130.5, -34.5, 2),
  sea(t`Weddell Sea`, -43, -72, 2),
  sea(t`Ross Sea`, -176, -75.5, 2),
  sea(t`Gulf of Bothnia`, 19.8, 62.3, 3),
  sea(t`Gulf of Finland`, 25.6, 59.85, 4),
  sea(t`White Sea`, 38.2, 65.6, 3),
  sea(t`Celtic Sea`, -8.6, 50, 3),
  sea(t`Tyrrhenian Sea`, 12, 39.8, 3),
  sea(t`Ionian Sea`, 18.6, 37.8, 3),
  sea(t`Adriatic Sea`, 15.3, 43.1, 3),
  sea(t`Aegean Sea`, 25.1, 38.9, 3),
  sea(t`Balearic Sea`, 1.9, 40.3, 3),
  sea(t`Alboran Sea`, -3.4, 35.9, 4),
  sea(t`Ligurian Sea`, 8.9, 43.5, 4),
  sea(t`Sea of Marmara`, 28.1, 40.72, 4),
  sea(t`Sea of Azov`, 36.6, 46.1, 4),
  sea(t`English Channel`, -1.6, 50.1, 3),
  sea(t`Irish Sea`, -5, 53.7, 3),
  sea(t`Skagerrak`, 9, 57.9, 4),
  sea(t`Kattegat`, 11.4, 56.9, 4),
  sea(t`Wadden Sea`, 5.4, 53.32, 4),
  sea(t`Denmark Strait`, -27, 66.7, 3),
  sea(t`Gulf of Saint Lawrence`, -61.8, 48.3, 3),
  sea(t`Gulf of California`, -111, 27, 3),
  sea(t`Gulf of Thailand`, 101.3, 10, 3),
  sea(t`Gulf of Tonkin`, 107.6, 19.8, 3),
  sea(t`Bass Strait`, 146, -39.9, 4),
  sea(t`Mozambique Channel`, 41.2, -18.5, 2),
  sea(t`Strait of Gibraltar`, -5.9, 35.93, 4),
  sea(t`Gulf of Oman`, 58.8, 24.8, 4),
];
