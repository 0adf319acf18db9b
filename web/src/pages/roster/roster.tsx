/**
 * The list of everyone: the text equivalent of the map. Only the rows in view (and the one with the
 * keyboard's focus) exist; ↑ ↓ Home End move through all of them, Enter selects.
 */
import { t } from '@lingui/core/macro';
import { useLive, useNavigation } from '../../app/context';
import { SheetGrip } from '../../app/sheet';
import { useRoster } from '../../things/context';
import { AddPhoneButton } from '../../things/friends/add/button';
import { WaitingPhones } from '../../things/friends/add/list';
import { RegionBoard } from '../../things/regions/board';
import { TransitionList } from '../../things/regions/list';
import { Status } from '../../things/server/status';
import { EmptyState } from './empty';
import { Chips, SearchBox, Summary } from './head';
import { PlaceResults } from './places';
import { Rows } from './rows';
import { RosterViews, useRosterView } from './views';

const SKELETONS = [0, 1, 2, 3, 4, 5];

export function Roster() {
  const { tab } = useNavigation();
  const view = useRosterView();
  return (
    <section class="panel roster" id="roster" aria-label={t`Roster`} data-view={tab.value}>
      <SheetGrip />
      <div class="roster-top">
        <div class="title">
          <h1>{view.title()}</h1>
          <Status />
        </div>
        <RosterViews />
      </div>
      {view.tab === 'regions' ? (
        <RegionBoard />
      ) : view.tab === 'crossings' ? (
        <TransitionList />
      ) : (
        <Everyone />
      )}
    </section>
  );
}

function Everyone() {
  const { ready } = useLive();
  const { arrangement } = useRoster();
  return (
    <>
      <header>
        <div class="summary-line">
          <Summary />
          {/* Where nobody is, there is a larger one. */}
          {arrangement.value.counts.all > 0 && <AddPhoneButton kind="button small" />}
        </div>
        <SearchBox />
        <Chips />
      </header>
      {!ready.value ? (
        <ul class="rows" aria-hidden="true">
          {SKELETONS.map((n) => (
            <li key={n} class="skeleton">
              <i />
              <div>
                <b />
                <u />
              </div>
            </li>
          ))}
        </ul>
      ) : arrangement.value.counts.all === 0 ? (
        <EmptyState />
      ) : (
        <>
          <WaitingPhones />
          <Rows />
        </>
      )}
      <PlaceResults />
    </>
  );
}
