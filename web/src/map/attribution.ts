import { t } from '@lingui/core/macro';
/** Whom the base map's data comes from. GeoNames asks for it (CC BY 4.0), and both deserve it. */
export const attribution = () => t`Offline map · Natural Earth · GeoNames`;
