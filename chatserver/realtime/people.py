"""Who is connected to this process: connections by person, each for as long as its token is good."""

from collections import defaultdict
from collections.abc import Iterable

from chatserver.access.revocation import Revocations
from chatserver.protocol.cases import CaseChanged
from chatserver.protocol.codec import encode_json
from chatserver.protocol.codes import Close
from chatserver.realtime.alarm import Alarm
from chatserver.realtime.connection import Connection
from chatserver.realtime.outgoing import RawAudience
from quotas.ledger import keys
from quotas.store.port import Store

SUPPORT = keys.SUPPORT.encode()
_MISSED_CASES = encode_json(CaseChanged(None))


class People:
    """Hears the channel of everyone who is here, and ends connections whose token has expired or was revoked."""

    def __init__(self, store: Store, revocations: Revocations) -> None:
        self.connections: set[Connection] = set()
        """Those that were welcomed."""
        self._store = store
        self._revocations = revocations
        self._by_person: defaultdict[str, set[Connection]] = defaultdict(set)
        self._support: set[Connection] = set()
        self._by_channel: dict[bytes, str] = {}
        self._early: defaultdict[Connection, list[bytes]] = defaultdict(list)
        """What came for those that are not welcomed yet: nothing comes before the welcome."""
        self._expiry: Alarm[Connection] = Alarm(lambda connection: connection.end(Close.TOKEN_EXPIRED))

    def expect(self, connection: Connection) -> None:
        """From here on hear of what concerns the connection's person."""
        person = connection.user
        self._by_person[person].add(connection)
        channel = keys.person_feed(person).encode()
        if channel not in self._by_channel:
            self._by_channel[channel] = person
            self._store.subscribe(channel)
        if connection.role == "support":
            if not self._support:
                self._store.subscribe(SUPPORT)
            self._support.add(connection)

    def keep(self, connection: Connection, expires_at: float) -> None:
        """Count it among those who are here; end it when its token expires, at that time of the loop."""
        self.connections.add(connection)
        for frame in self._early.pop(connection, ()):
            connection.push(frame)
        self._expiry.set(connection, expires_at)

    def prolong(self, connection: Connection, expires_at: float) -> None:
        """Its token is another one now."""
        if connection in self.connections:
            self._expiry.unset(connection)  # else it would end at the earlier time
            self._expiry.set(connection, expires_at)

    def leave(self, connection: Connection) -> None:
        """The connection is gone."""
        self.connections.discard(connection)
        self._early.pop(connection, None)
        self._expiry.unset(connection)
        mine = self._by_person[connection.user]
        mine.discard(connection)
        if not mine:
            del self._by_person[connection.user]
            channel = keys.person_feed(connection.user).encode()
            if self._by_channel.pop(channel, None) is not None:
                self._store.unsubscribe(channel)
        if connection in self._support:
            self._support.discard(connection)
            if not self._support:
                self._store.unsubscribe(SUPPORT)

    def stop(self) -> None:
        """End nobody any more."""
        self._expiry.stop()

    def named(self, channel: bytes) -> str | None:
        """Whose channel that is; None where it is nobody's who is here."""
        return self._by_channel.get(channel)

    def connections_of(self, person: str) -> list[Connection]:
        """Everything that the person is connected with."""
        return list(self._by_person.get(person, ()))

    def tell(self, person: str, origin: str, event: bytes) -> None:
        """Say an event that comes as JSON to all of the person's connections but `origin`; services have no notices."""
        mine = self._by_person.get(person, ())
        self._push(event, (each for each in mine if each.role != "service" and each.id != origin))

    def signal(self, person: str, role: str, event: bytes) -> None:
        """Say a signal of a call, as JSON, to the person's connections with tokens of that role; others miss it."""
        mine = self._by_person.get(person, ())
        self._push(event, (each for each in mine if each.role == role and each in self.connections))

    def tell_of_case(self, person: str, role: str, event: bytes) -> None:
        """Say an event about a case, as JSON, to connections with tokens of that role; `person` '' is all of support.

        Who has tokens of two roles sees a case by each as that role does.
        """
        those = self._by_person.get(person, ()) if person else self._support
        self._push(event, (each for each in those if each.role == role))

    def look_for_cases(self, person: str) -> None:
        """What was published of cases may have been missed: their apps are to ask; `person` '' is all of support."""
        those = self._by_person.get(person, ()) if person else self._support
        self._push(_MISSED_CASES, (each for each in those if each.role != "service"))

    def _push(self, event: bytes, those: Iterable[Connection]) -> None:
        audience = RawAudience(event)
        for connection in those:
            frame = audience.frame(connection.encoding)
            if connection in self.connections:
                connection.push(frame)
            else:
                self._early[connection].append(frame)

    def revoke(self, person: str, before: int) -> None:
        """End the person's connections with tokens issued before that instant."""
        for connection in self.connections_of(person):
            connection.end_if_older(before)

    def sign_out(self, person: str, sign_in: str) -> None:
        """End what is connected by that sign-in."""
        for connection in self.connections_of(person):
            if connection.sign_in == sign_in:
                connection.end(Close.REVOKED)

    async def look_whether_revoked(self, person: str) -> None:
        """What was published of it may have been missed. Raises StoreError."""
        self.revoke(person, await self._revocations.before(person))
        for sign_in in {each.sign_in for each in self.connections_of(person) if each.sign_in}:
            if await self._revocations.is_signed_out(person, sign_in):
                self.sign_out(person, sign_in)
