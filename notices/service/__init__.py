"""The verbs of notices, bundled: issue, deliver, read, acknowledge, verify, void."""

from __future__ import annotations

from notices.service.acknowledging import Acknowledging
from notices.service.delivering import Delivering
from notices.service.issuing import Issuing
from notices.service.office import Office, local_letters, locality_name
from notices.service.planning import Planning
from notices.service.reading import Reading
from notices.service.reporting import Reporting
from notices.service.verifying import Verifying
from notices.service.voiding import Voiding

__all__ = ["Notices", "Office", "local_letters", "locality_name"]


class Notices:
    """Everything notices can do for one office; built once per process."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.planning = Planning(office)
        self.voiding = Voiding(office)
        self.issuing = Issuing(office, self.planning, self.voiding)
        self.delivering = Delivering(office)
        self.reading = Reading(office)
        self.acknowledging = Acknowledging(office)
        self.verifying = Verifying(office)
        self.reporting = Reporting(office)
