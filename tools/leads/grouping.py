"""Which leads may be one person: those that are connected by equal contacts."""

from collections.abc import Iterable, Mapping


def groups(keys: Mapping[int, Iterable[str]]) -> list[list[int]]:
    """The connected components with at least two members, each sorted, the lowest first; `keys`
    are what each number can be reached by."""
    parent = {number: number for number in keys}

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first_with: dict[str, int] = {}
    for number, own in keys.items():
        for key in own:
            parent[root(number)] = root(first_with.setdefault(key, number))
    found: dict[int, list[int]] = {}
    for number in sorted(keys):
        found.setdefault(root(number), []).append(number)
    return sorted(members for members in found.values() if len(members) > 1)
