"""The web app's profile query by id: survives a rename, and says whether the session follows the account."""

from typing import TYPE_CHECKING, Any

from intel_pipeline.instagram.readings.profile import ProfileReading, profile_of

if TYPE_CHECKING:
    from instaloader import InstaloaderContext

VIA = "profile by id"
# Query and variables as instaloader 4.16 sends them.
DOC_ID = "27937681195819736"
PROVIDERS = {
    "__relay_internal__pv__PolarisCannesGuardianExperienceEnabledrelayprovider": True,
    "__relay_internal__pv__PolarisCASB976ProfileEnabledrelayprovider": False,
    "__relay_internal__pv__PolarisRepostsConsumptionEnabledrelayprovider": False,
    "__relay_internal__pv__PolarisWebSchoolsEnabledrelayprovider": False,
}


def ask(context: "InstaloaderContext", user_id: int) -> dict[str, Any]:
    """Ask for the profile of `user_id`."""
    variables = {"id": str(user_id), "render_surface": "PROFILE", **PROVIDERS, "enable_integrity_filters": True}
    answer: dict[str, Any] = context.doc_id_graphql_query(DOC_ID, variables, web_api=True)
    return answer


def read(body: dict[str, Any]) -> ProfileReading:
    """Read the profile."""
    return profile_of(body["data"]["user"])
