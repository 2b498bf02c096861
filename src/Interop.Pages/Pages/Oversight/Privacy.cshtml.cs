using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Oversight;

/// <summary>What waits for the privacy officer: broken glasses, unusual searches, consents, agreements and pairs of records.</summary>
public sealed class PrivacyModel : TaskListPage
{
    /// <summary><c>open</c> or <c>over</c>.</summary>
    [BindProperty(SupportsGet = true)]
    public string Show { get; set; } = "open";

    public Task OnGetAsync() => ListAsync(Show == "over"
        ? "performer=privacy-officer&status=completed,cancelled,rejected&_sort=-due"
        : "performer=privacy-officer&status=requested,received,accepted,in-progress&_sort=due");
}
