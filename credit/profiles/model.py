"""The types of a profile: who states what about a company, from when until when, and on what source. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from credit.model import SubjectKind


class StatementKind(StrEnum):
    ROLE = "role"
    QUALIFICATION = "qualification"
    STAFF = "staff"
    REPRESENTATIVE = "representative"
    RELATION = "relation"
    STATUS = "status"
    REGISTRATION = "registration"  # a company's own entry of its name, 自主注册


class StatedBy(StrEnum):
    """Who vouches for a statement. What a company says of itself changes nobody's answer, for better or worse."""

    SELF = "self"
    REGISTRY = "registry"


class EntityRole(StrEnum):
    """主体角色类型: in which roles a company takes part. Codes of this service."""

    TENDERER = "tenderer"
    BUYER = "buyer"
    BIDDER = "bidder"
    SUPPLIER = "supplier"
    AGENCY = "agency"
    EXPERT_ORGANISATION = "expert_organisation"
    SELLER = "seller"
    LAND_BUYER = "land_buyer"
    MINING_BUYER = "mining_buyer"
    PROPERTY_BUYER = "property_buyer"
    SURETY = "surety"
    CENTRE = "centre"
    SUPERVISOR = "supervisor"


class Post(StrEnum):
    """What a person does for the company: project leaders and 五大员 among them."""

    PROJECT_LEADER = "project_leader"
    TECHNICAL_LEADER = "technical_leader"
    CHIEF_SUPERVISOR = "chief_supervisor"
    CONSTRUCTION = "construction"
    QUALITY = "quality"
    SAFETY = "safety"
    MATERIALS = "materials"
    RECORDS = "records"
    OTHER = "other"


class RelationKind(StrEnum):
    """What the company is to the other one: it controls it, manages it, is its branch, was merged into it."""

    CONTROLS = "controls"
    DIRECTLY_CONTROLS = "directly_controls"
    HOLDS = "holds"
    MANAGES = "manages"
    BRANCH_OF = "branch_of"
    MERGED_INTO = "merged_into"
    SUCCESSOR_OF = "successor_of"


class Status(StrEnum):
    DEREGISTERED = "deregistered"
    REVOKED = "revoked"
    MERGED = "merged"


ROLE_TITLES = {
    EntityRole.TENDERER: "招标人", EntityRole.BUYER: "采购人", EntityRole.BIDDER: "投标人",
    EntityRole.SUPPLIER: "供应商", EntityRole.AGENCY: "招标、采购代理机构",
    EntityRole.EXPERT_ORGANISATION: "专家所在单位", EntityRole.SELLER: "出让人、转让方",
    EntityRole.LAND_BUYER: "土地使用权竞买人", EntityRole.MINING_BUYER: "矿业权竞买人",
    EntityRole.PROPERTY_BUYER: "产权受让方", EntityRole.SURETY: "保函出具机构", EntityRole.CENTRE: "交易中心、交易平台",
    EntityRole.SUPERVISOR: "行政监督部门",
}
POST_TITLES = {
    Post.PROJECT_LEADER: "项目负责人", Post.TECHNICAL_LEADER: "技术负责人", Post.CHIEF_SUPERVISOR: "总监理工程师",
    Post.CONSTRUCTION: "施工员", Post.QUALITY: "质量员", Post.SAFETY: "安全员", Post.MATERIALS: "材料员",
    Post.RECORDS: "资料员", Post.OTHER: "其他人员",
}
RELATION_TITLES = {
    RelationKind.CONTROLS: "控股", RelationKind.DIRECTLY_CONTROLS: "直接控股", RelationKind.HOLDS: "持股",
    RelationKind.MANAGES: "管理", RelationKind.BRANCH_OF: "是其分支机构", RelationKind.MERGED_INTO: "已并入",
    RelationKind.SUCCESSOR_OF: "是其承继单位",
}
INCOMING_TITLES = {
    RelationKind.CONTROLS: "被控股于", RelationKind.DIRECTLY_CONTROLS: "被直接控股于", RelationKind.HOLDS: "股东是",
    RelationKind.MANAGES: "受管理于", RelationKind.BRANCH_OF: "有分支机构", RelationKind.MERGED_INTO: "吸收了",
    RelationKind.SUCCESSOR_OF: "由其承继",
}
STATUS_TITLES = {
    Status.DEREGISTERED: "已注销", Status.REVOKED: "被吊销营业执照", Status.MERGED: "因合并解散",
}
SOURCE_TITLES = {StatedBy.SELF: "自行填报", StatedBy.REGISTRY: "机关登记"}


class RoleFacts(msgspec.Struct, frozen=True, kw_only=True):
    role: EntityRole


class QualificationFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A 资质 or licence: its name, grade and number as the certificate has them, and who issued it."""

    name: str
    number: str
    issuer: str
    grade: str = ""


class StaffFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person in a post; the name itself is in the payload."""

    post: Post
    person_ref: str | None = None


class RepresentativeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The legal representative as a salted token of the name, to compare, never to read."""

    token: str


class RelationFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the company is to `other_code`; `share` in hundredths of a percent where it holds shares."""

    relation: RelationKind
    other_code: str
    share: int | None = None


class StatusFacts(msgspec.Struct, frozen=True, kw_only=True):
    status: Status


class RegistrationFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a company enters of itself; its name is in the payload."""

    subject: SubjectKind


StatementFacts = (
    RoleFacts | QualificationFacts | StaffFacts | RepresentativeFacts | RelationFacts | StatusFacts | RegistrationFacts
)
FACTS: dict[StatementKind, type[StatementFacts]] = {
    StatementKind.ROLE: RoleFacts, StatementKind.QUALIFICATION: QualificationFacts, StatementKind.STAFF: StaffFacts,
    StatementKind.REPRESENTATIVE: RepresentativeFacts, StatementKind.RELATION: RelationFacts,
    StatementKind.STATUS: StatusFacts, StatementKind.REGISTRATION: RegistrationFacts,
}
KINDS = {facts: kind for kind, facts in FACTS.items()}


class Words(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The erasable part of a statement: a person's or company's name, and the source in words."""

    name: str = ""
    origin: str = ""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """The newest revision of a statement known at some log position. Days are inclusive; null = not said.

    `sourced`: the source is named. A withdrawn statement never held.
    """

    statement_id: str
    revision: int
    code: str
    kind: StatementKind
    stated_by: StatedBy
    org_code: str  # whose key or person stated it
    seq: int
    facts: StatementFacts
    sourced: bool = False
    first_day: date | None = None
    last_day: date | None = None
    withdrawn: bool = False
    payload_id: str | None = None

    def holds(self, day: date) -> bool:
        """Whether it is in force on `day`."""
        begun = self.first_day is None or self.first_day <= day
        return begun and not self.withdrawn and (self.last_day is None or day <= self.last_day)

    @property
    def firm(self) -> bool:
        """Whether an answer may rest on it: a public body stated it and named the source."""
        return self.stated_by is StatedBy.REGISTRY and self.sourced


def in_order(found: list[Statement]) -> list[Statement]:
    """Statements as lists show them: by first day, the undated first, then as they were entered."""
    return sorted(found, key=lambda s: (s.first_day or date.min, s.seq, s.statement_id))
