using Microsoft.AspNetCore.Html;

namespace Interop.Pages.Looks;

/// <summary>Pictures beside words, never instead of them. Lines of two units in a square of 24.</summary>
public static class Icons
{
    public static IHtmlContent Of(string name, int size = 22) => new HtmlString(
        $"<svg width=\"{size}\" height=\"{size}\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" "
            + $"stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\" focusable=\"false\">{Lines(name)}</svg>");

    private static string Lines(string name) => name switch
    {
        "home" => "<path d=\"M4 11l8-7 8 7v9h-5v-6H9v6H4z\"/>",
        "phone" => "<path d=\"M6 3h3l2 5-2.5 2a12 12 0 0 0 5.500 5.500L16 13l5 2v3a2 2 0 0 1-2 2A15 15 0 0 1 4 5a2 2 0 0 1 2-2z\"/>",
        "swap" => "<path d=\"M4 8h14l-4-4M20 16H6l4 4\"/>",
        "map" => "<path d=\"M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2zM9 4v14M15 6v14\"/>",
        "headset" => "<path d=\"M4 14v-2a8 8 0 0 1 16 0v2M4 13h3v6H5a1 1 0 0 1-1-1zM20 13h-3v6h2a1 1 0 0 0 1-1zM17 19c0 1.500-2 2-4 2\"/>",
        "pin" => "<path d=\"M12 21s7-6.200 7-11.500a7 7 0 0 0-14 0C5 14.800 12 21 12 21z\"/><circle cx=\"12\" cy=\"9.500\" r=\"2.500\"/>",
        "shield" => "<path d=\"M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z\"/>",
        "inbox" => "<path d=\"M4 13l2-8h12l2 8v6H4zM4 13h5l1.500 3h3L15 13h5\"/>",
        "search" => "<circle cx=\"11\" cy=\"11\" r=\"7\"/><path d=\"M16 16l5 5\"/>",
        "file" => "<path d=\"M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6\"/>",
        "building" => "<path d=\"M5 21V4h10v17M15 9h4v12M3 21h18M9 8h2M9 12h2M9 16h2\"/>",
        "users" => "<circle cx=\"9\" cy=\"8\" r=\"3.500\"/>"
            + "<path d=\"M3 20c0-4 3-6 6-6s6 2 6 6M16 5a3.500 3.500 0 0 1 0 6.500M17 14.500c2.500.500 4 2.500 4 5.500\"/>",
        "flag" => "<path d=\"M5 21V4h11l-2 4 2 4H5\"/>",
        "check" => "<path d=\"M5 12.500l4.500 4.500L19 7\"/>",
        "chart" => "<path d=\"M4 4v16h16M8 16v-5M12.500 16V7M17 16v-3\"/>",
        "clock" => "<circle cx=\"12\" cy=\"12\" r=\"8.500\"/><path d=\"M12 7v5l3.500 2\"/>",
        "dot" => "<circle cx=\"12\" cy=\"12\" r=\"4\"/>",
        _ => string.Empty,
    };
}
