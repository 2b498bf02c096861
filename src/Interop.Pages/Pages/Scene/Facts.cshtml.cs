namespace Interop.Pages.Pages.Scene;

/// <summary>Encounters that have ended, of which somebody must still say what became of them.</summary>
public sealed class FactsModel : TaskListPage
{
    public Task OnGetAsync() => ListAsync("code=outcome-facts&status=requested&_sort=authored-on");
}
