namespace Interop.Identity.Tokens;

/// <summary>A successful token response, RFC 6749 section 5.1, with SMART's launch context.</summary>
internal sealed record TokenResponse(string AccessToken, IReadOnlyList<string> Scopes, string? Jkt, string? AccountId)
{
    public string? RefreshToken { get; init; }

    public string? IdToken { get; init; }

    public string? Patient { get; init; }

    public string? Encounter { get; init; }

    public bool? NeedsPatientBanner { get; init; }

    public Dictionary<string, object> ToJson()
    {
        var json = new Dictionary<string, object>
        {
            ["access_token"] = AccessToken,
            ["token_type"] = Jkt is null ? "Bearer" : "DPoP",
            ["expires_in"] = (int)IdentitySettings.AccessTokenLife.TotalSeconds,
            ["scope"] = SpaceDelimited.Join(Scopes),
        };
        var optional = ((string, object?)[])
        [
            ("refresh_token", RefreshToken), ("id_token", IdToken), ("patient", Patient), ("encounter", Encounter),
            ("need_patient_banner", NeedsPatientBanner),
        ];
        foreach (var (name, value) in optional)
        {
            if (value is not null)
            {
                json[name] = value;
            }
        }

        return json;
    }
}
