using Interop.Server.Forms;

namespace Interop.Server.Calls;

/// <summary>The five questions that are asked at the call, one form for each language, with the same items and codes.</summary>
internal static class ScreeningForm
{
    public static FormSet Set { get; } = new("screen-5", "screen-5-es");

    /// <summary>The questions that have answers.</summary>
    public static IEnumerable<FormItem> Questions(Form form) => form.AllItems.Where(item => item.Options.Count > 0);
}
