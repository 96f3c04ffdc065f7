"""Every key and channel of a name carries its partition's hash tag."""

from quotas.ledger import keys


def test_what_belongs_to_a_name_shares_its_partition() -> None:
    names = [
        named("c æ")
        for named in (
            keys.conversation,
            keys.log,
            keys.feed,
            keys.person,
            keys.person_feed,
            keys.presence,
            keys.revoked,
            keys.signed_out,
        )
    ]
    names += [keys.sent("c æ", generation) for generation in (4, 5, 6)]
    assert len(set(names)) == len(names) - 1, "even generations take turns in one key, odd ones in another"
    assert {name.partition(":")[0] for name in names} == {keys.tag("c æ")}


def test_names_are_spread_over_all_partitions() -> None:
    tags = {keys.tag(f"conversation {number}") for number in range(5_000)}
    assert tags == {f"{{{partition}}}" for partition in range(keys.PARTITIONS)}
