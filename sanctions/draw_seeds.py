"""What a draw's seed is: of a checkpoint after the list, and with a witness of its cosignature too. Pure.

The service can try entries until a root suits it. A witness's signature over the checkpoint it cannot foresee, so with
a witness named in the list the seed is SHA-256(root ‖ cosignature), and without one the root alone.
"""

from __future__ import annotations

from hashlib import sha256

from credit.kernel.checkpoints import parse_checkpoint
from credit.kernel.cosigning import WitnessKey, cosignatures
from credit.kernel.signing import BadNote

OWN, WITNESSED = "own_checkpoint", "witnessed_checkpoint"
PROVES = {
    OWN: "种子是本系统签名的检查点(没有另设见证方):证明名单先固定、种子后产生、结果由二者唯一决定、事后未改;"
         "不能证明运营方没有在公布之前反复试过种子。怀疑的,可比对他人此前留存的检查点。",
    WITNESSED: "种子由名单之后见证人签过的检查点和该见证签名算出,见证人在名单中事先写明:证明名单先固定、"
               "结果由名单和种子唯一决定、事后未改,运营方不能预知种子,也就不能挑选。见证人须独立于运营方;"
               "是否见证人签的第一个,可向其查对。",
}


def source(witness: str | None) -> str:
    """Where the seed of a list comes from that names this witness, or none."""
    return OWN if witness is None else WITNESSED


def seed_of(note: str, witness: WitnessKey | None) -> bytes:
    """The seed (32 bytes) that a checkpoint gives. Raises BadNote where the witness has not cosigned it."""
    root = parse_checkpoint(note.rpartition("\n\n")[0] + "\n").root
    if witness is None:
        return root
    given = cosignatures(note, [witness])
    if not given:
        raise BadNote(f"名单所定见证人 {witness.name} 没有签过这个检查点 the witness of the list has not cosigned it")
    return sha256(root + given[0].signature).digest()
