/** One's own account: password, where one is signed in, tokens for programs, one's own data. */
import { t } from '@lingui/core/macro';
import { roleName } from '../app/rolename';
import { useKind, useWho } from '../app/context';
import { isAdmin } from '../app/visitor';
import { Watching } from '../things/rules/watchers';
import { Status } from '../things/server/status';
import { ActButton, Sure } from '../ui/actbutton';
import { Card, SectionPage } from '../ui/section';
import { HowYouAreTold } from '../things/channels/mine';
import { Browsers } from './browsers';
import { IdentitiesCard } from './identities';
import { LinkList } from './links';
import { MapPrivacy } from './mapprivacy';
import { forgetPlace, Who } from './menu';
import { PasswordCard } from './password';
import { ownFriends } from './privacy';
import { FriendPrivacy } from './friendprivacy';
import { RightsText } from './rights';
import { TelephoneCard } from './telephone';
import { Tokens } from './tokens';
import { WaysIn } from './waysin';
import { roleWords } from './wording';

/** The account of a demonstration has no password. */
const DEMO = 'demo';

export function AccountPage() {
  const { visitor, session } = useWho();
  const friends = ownFriends(useKind('friend'), visitor.rights.own);
  return (
    <SectionPage
      status={<Status />}
      name={t`Account`}
      class="account"
      about={roleWords(visitor.role)}
    >
      <div class="cards">
        <div class="cards-column">
          <Card name={t`You`}>
            <p class="me">
              <Who visitor={visitor} />
              <span>
                <b>{visitor.display ?? visitor.name}</b>
                <span class="muted">{roleName(visitor.role)}</span>
              </span>
            </p>
            <RightsText given={{ role: visitor.role, ...visitor.rights }} />
            <div class="form-end">
              <ActButton
                words={t`Sign out`}
                act={async () => {
                  await session?.signOut();
                  forgetPlace();
                }}
              />
              <Sure
                words={t`Sign out everywhere`}
                sure={t`Yes, sign out everywhere`}
                act={async () => {
                  await session?.signOut(true);
                  forgetPlace();
                }}
              />
            </div>
          </Card>
          {visitor.name !== DEMO && <TelephoneCard />}
          <Browsers />
        </div>
        {visitor.name !== DEMO && (
          <div class="cards-column">
            <WaysIn />
            <PasswordCard name={visitor.name} />
          </div>
        )}
        {visitor.name !== DEMO && <IdentitiesCard />}
        <HowYouAreTold />
        <Tokens />
        {friends.length > 0 && (
          <Card name={t`Your data`} class="wide">
            <p class="said">{t`What is kept about you is yours: for how long, a copy of it, and its end.`}</p>
            <MapPrivacy />
            {friends.map((thing) => (
              <FriendPrivacy key={thing.id} thing={thing} />
            ))}
          </Card>
        )}
        {friends.length > 0 && <Watching />}
        {(friends.length > 0 || isAdmin(visitor)) && (
          <Card name={t`Links you shared`} class="wide">
            <LinkList owner={visitor.name} />
          </Card>
        )}
      </div>
    </SectionPage>
  );
}
