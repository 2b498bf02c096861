namespace Interop.Server.Http;

/// <summary>
/// Why a request is refused: the code of an issue (https://hl7.org/fhir/R4/valueset-issue-type.html) with the HTTP status that it goes
/// with here.
/// </summary>
/// <param name="Code">Of the code system issue-type.</param>
/// <param name="Status">4xx or 5xx.</param>
internal readonly record struct IssueCode(string Code, int Status)
{
    public static readonly IssueCode Invalid = new("invalid", 400);
    public static readonly IssueCode Structure = new("structure", 400);
    public static readonly IssueCode Required = new("required", 400);
    public static readonly IssueCode Value = new("value", 400);
    public static readonly IssueCode Duplicate = new("duplicate", 400);
    public static readonly IssueCode NotSupported = new("not-supported", 400);
    public static readonly IssueCode TooCostly = new("too-costly", 400);
    public static readonly IssueCode Login = new("login", 401);
    public static readonly IssueCode Forbidden = new("forbidden", 403);
    public static readonly IssueCode NotFound = new("not-found", 404);
    public static readonly IssueCode Deleted = new("deleted", 410);
    public static readonly IssueCode Conflict = new("conflict", 412);
    public static readonly IssueCode MultipleMatches = new("multiple-matches", 412);
    public static readonly IssueCode BusinessRule = new("business-rule", 422);
    public static readonly IssueCode CodeInvalid = new("code-invalid", 422);
    public static readonly IssueCode Throttled = new("throttled", 429);
    public static readonly IssueCode Exception = new("exception", 500);
    public static readonly IssueCode Transient = new("transient", 503);
    public static readonly IssueCode Timeout = new("timeout", 503);

    /// <summary>The same code where HTTP has a more exact status.</summary>
    public IssueCode With(int status) => this with { Status = status };
}
