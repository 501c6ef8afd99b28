"""write_ad_copy: a few short texts for a product, by the first model, the second, or templates;
shown, never used by itself. Whatever the address or a model says is text and gives no orders."""

from typing import Any

from config.i18n import Language
from tools.campaigns.arguments import WriteAdCopy
from tools.campaigns.copy_languages import put_into
from tools.campaigns.copy_models import Task, written_by_models
from tools.campaigns.copy_templates import templates
from tools.campaigns.products import product_of
from tools.context import ToolContext
from tools.result import ToolResult

VARIANTS = 3


async def write_ad_copy(context: ToolContext, arguments: WriteAdCopy) -> ToolResult:
    """Three variants that keep the platform's rules, in the language asked for or the asker's."""
    language = Language(arguments.language) if arguments.language else context.language
    named = product_of(arguments.product_url)
    variants = await _written(context, arguments, language, named)
    source = "by_model" if variants else "by_template"
    subject = put_into(named, language) if named else None
    variants = variants or templates(
        arguments.platform, "traffic", language, [subject] if subject else [], 0
    )
    lines = [
        context.say(
            "campaigns.copy.title", product=named or context.say("campaigns.copy.this_product"),
            platform=context.say(f"campaigns.platform.{arguments.platform}"),
        ),
        *(f"{place}. {text}" for place, text in enumerate(variants, start=1)),
        context.say(f"campaigns.copy.{source}"),
        context.say("campaigns.copy.next"),
    ]  # fmt: skip
    data = {"variants": variants, "source": source, "platform": arguments.platform}
    return ToolResult(status="ok", text="\n".join(lines), data=data)


async def _written(
    context: ToolContext, arguments: WriteAdCopy, language: Language, product: str
) -> list[str]:
    """By the models that the service has; what one does wrong the next is asked for."""
    about = {
        "platform": arguments.platform, "product": product, "page": arguments.product_url,
        "wish": "texts for one ad that differ in what they speak of",
    }  # fmt: skip
    wanted: dict[str, dict[str, Any]] = {str(place): {} for place in range(1, VARIANTS + 1)}
    task = Task(
        platform=arguments.platform, language=language, about=about, wanted=wanted, facts=product
    )
    written = await written_by_models(context, task)
    return list(dict.fromkeys(written[key].words for key in wanted if key in written))
