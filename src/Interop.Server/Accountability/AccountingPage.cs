using System.Net;
using System.Security.Cryptography;
using System.Text;
using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.Accountability;

/// <summary>An accounting as a page that is printed and handed to the person: it needs nothing but itself.</summary>
internal sealed class AccountingPage : IOwnAnswer
{
    private const string Style =
        "body{font:11pt/1.4 serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111}"
        + "table{border-collapse:collapse;width:100%}th,td{border:1px solid #777;padding:.3em .5em;text-align:left;vertical-align:top}"
        + "thead{display:table-header-group}tr{break-inside:avoid}caption{text-align:left;padding:.5em 0}"
        + "@page{margin:2cm}@media print{body{margin:0;max-width:none;padding:0}}";

    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    private readonly string html;

    private AccountingPage(string html) => this.html = html;

    public ReadOnlyMemory<byte> Json => Encoding.UTF8.GetBytes(html);

    public string MediaType => "text/html; charset=utf-8";

    public string ContentSecurityPolicy =>
        $"default-src 'none'; style-src 'sha256-{StyleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Whether a page is accepted and FHIR is not asked for by name.</summary>
    public static bool IsAsked(HttpRequest request) => !request.Query.ContainsKey("_format")
        && request.GetTypedHeaders().Accept is { Count: > 0 } accept
        && accept.Any(value => value.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase))
        && !accept.Any(value => value.MediaType.Equals(FhirRequest.MediaType, StringComparison.OrdinalIgnoreCase));

    /// <param name="instant">When it was made, UTC microseconds.</param>
    public static AccountingPage Of(Accounting accounting, ResourceKey patient, long instant, InteropSettings settings)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Accounting of disclosures</title><style>")
            .Append(Style)
            .Append("</style></head><body><h1>Accounting of disclosures</h1>");
        Line(page, $"Person: {accounting.Person} ({patient})");
        Line(page, $"Period: {Day(accounting.From, settings)} to {Day(accounting.To, settings)}");
        Line(page, $"Given by: {settings.Custodian}, on {Day(instant, settings)}");
        Line(
            page,
            "Listed is what was given to other organisations. \"Required\" says whether 45 CFR 164.528 demands the entry; the others are"
            + " listed because the programme tells all.");
        page.Append("<table><thead><tr>");
        foreach (var head in new[] { "No.", "Date", "Who got it", "What", "Why", "On what ground", "Required" })
        {
            page.Append("<th scope=\"col\">").Append(head).Append("</th>");
        }

        page.Append("</tr></thead><tbody>");
        var number = 0;
        foreach (var entry in accounting.Entries)
        {
            page.Append("<tr>");
            Cell(page, $"{++number}");
            Cell(page, entry.Date.Length > 10 && entry.Date.EndsWith('Z') ? Minute(entry.Instant, settings) : entry.Date);
            Cell(page, Recipient(entry));
            Cell(page, entry.What);
            Cell(page, entry.Why);
            Cell(page, entry.Basis);
            Cell(page, entry.Exemption is { } why ? $"no: {why}" : "yes");
            page.Append("</tr>");
        }

        page.Append("</tbody></table>");
        if (accounting.Entries.Count == 0)
        {
            Line(page, "Nothing was disclosed in this period.");
        }

        return new(page.Append("</body></html>").ToString());
    }

    private static string Recipient(AccountingEntry entry) => (entry.RecipientName, entry.RecipientId) switch
    {
        ({ } name, { } id) => $"{name} (Organization/{id})",
        (null, { } id) => $"Organization/{id}",
        (var name, _) => name ?? string.Empty,
    };

    private static string Day(long instant, InteropSettings settings) => At(instant, settings).ToString("yyyy-MM-dd", null);

    private static string Minute(long instant, InteropSettings settings) => At(instant, settings).ToString("yyyy-MM-dd HH:mm zzz", null);

    private static DateTimeOffset At(long instant, InteropSettings settings) =>
        TimeZoneInfo.ConvertTime(Instants.ToDateTimeOffset(instant), settings.TimeZone);

    private static void Line(StringBuilder page, string text) => page.Append("<p>").Append(WebUtility.HtmlEncode(text)).Append("</p>");

    private static void Cell(StringBuilder page, string text) => page.Append("<td>").Append(WebUtility.HtmlEncode(text)).Append("</td>");
}
