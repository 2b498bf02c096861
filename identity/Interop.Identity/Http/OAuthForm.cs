namespace Interop.Identity.Http;

/// <summary>The form of an OAuth request, in which no parameter may come twice (RFC 6749 section 3.2) and an empty one is absent.</summary>
internal sealed class OAuthForm
{
    private readonly IFormCollection form;

    private OAuthForm(IFormCollection form, bool hasAuthorizationHeader)
    {
        this.form = form;
        HasAuthorizationHeader = hasAuthorizationHeader;
    }

    public bool HasAuthorizationHeader { get; }

    public string? this[string name] => form[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>Reads what a client sends, and counts it for the client that it names, which errors name, too, from here on.</summary>
    /// <exception cref="OAuthException">
    /// The body is no form, is too long, or has a parameter twice; or the client has asked too much.
    /// </exception>
    public static async Task<OAuthForm> ReadAsync(HttpContext http, RequestLimits limits, CancellationToken cancellationToken)
    {
        var fields = await ReadFieldsAsync(http.Request, cancellationToken);
        if (fields.Any(field => field.Value.Count != 1))
        {
            throw new OAuthException(OAuthException.InvalidRequest, "A parameter comes more than once.");
        }

        var form = new OAuthForm(fields, http.Request.Headers.ContainsKey("Authorization"));
        var client = form["client_id"];
        http.Items[OAuthErrors.ClaimedClient] = client;
        limits.DemandForClient(client, http.Connection.RemoteIpAddress?.ToString());
        return form;
    }

    /// <exception cref="OAuthException">The body is no form, or is too long.</exception>
    public static async Task<IFormCollection> ReadFieldsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (
            !request.HasFormContentType
                || request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new OAuthException(OAuthException.InvalidRequest, "The body must be application/x-www-form-urlencoded.");
        }

        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw new OAuthException(OAuthException.InvalidRequest, "The body is not a form within the limits.");
        }
    }
}
