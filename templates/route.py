"""Which version a key gets on a split stage: the same answer as `mv route STAGE --key KEY`.

rollout.json comes from `mv get SOURCE MODEL@STAGE --variants -o DIR`. Copy this file; it needs nothing but Python 3.

    rollout = json.load(open("model/rollout.json"))
    version = route_key(rollout, "user-4711")
"""

P1, P2, P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P4, P5, ALL = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5, 2**64 - 1


def route_key(rollout, key):
    hash = xxh64("\0".join((rollout["stage"], rollout["id"], key)).encode())
    slot = (hash >> 32) * 100 >> 32
    return next(v["version"] for v in rollout["variants"] if any(a <= slot <= b for a, b in v["slots"]))


def xxh64(data):
    def turn(x, bits):
        return (x << bits | x >> 64 - bits) & ALL

    def mix(acc, at):
        return turn(acc + int.from_bytes(data[at : at + 8], "little") * P2 & ALL, 31) * P1 & ALL

    at, hash = 0, P5
    if len(data) >= 32:
        lanes = [P1 + P2 & ALL, P2, 0, -P1 & ALL]
        for at in range(0, len(data) - 31, 32):
            lanes = [mix(lane, at + 8 * i) for i, lane in enumerate(lanes)]
        at, hash = at + 32, sum(map(turn, lanes, (1, 7, 12, 18)))
        for lane in lanes:
            hash = (hash ^ turn(lane * P2 & ALL, 31) * P1 & ALL) * P1 + P4 & ALL
    hash = hash + len(data) & ALL
    for at in range(at, len(data) - 7, 8):
        hash = turn(hash ^ mix(0, at), 27) * P1 + P4 & ALL
    at = len(data) & -8
    if len(data) & 4:
        hash = turn(hash ^ int.from_bytes(data[at : at + 4], "little") * P1 & ALL, 23) * P2 + P3 & ALL
    for byte in data[len(data) & -4 :]:
        hash = turn(hash ^ byte * P5 & ALL, 11) * P1 & ALL
    hash = (hash ^ hash >> 33) * P2 & ALL
    hash = (hash ^ hash >> 29) * P3 & ALL
    return hash ^ hash >> 32
