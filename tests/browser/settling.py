"""Waiting until nothing on a page moves any more. Works without Django, for pictures too."""

from playwright.sync_api import Page

# Colours and positions are measured once nothing moves any more: Wagtail's admin shows some parts when its
# script has started, and fades messages in whatever the visitor prefers. Two frames without motion, since a
# transition begins with the frame after its cause. What never ends, such as a spinner, is not waited for.
SETTLE = """async () => {
    const deadline = performance.now() + 15000;
    const frame = () => new Promise(requestAnimationFrame);
    const starting = () => document.body.matches("[data-controller~=w-init]:not(.ready)");
    const moving = () => document.getAnimations().filter(animation => animation.playState === "running"
        && animation.timeline === document.timeline
        && Number.isFinite(animation.effect.getComputedTiming().endTime));
    for (let still = 0; still < 2;) {
        await frame();
        const animations = moving();
        await Promise.allSettled(animations.map(animation => animation.finished));
        still = starting() || animations.length ? 0 : still + 1;
        if (performance.now() > deadline) throw new Error("the page does not come to rest");
    }
}"""


def come_to_rest(page: Page) -> None:
    """Return once nothing in the page moves and Wagtail's admin has started."""
    page.evaluate(SETTLE)
