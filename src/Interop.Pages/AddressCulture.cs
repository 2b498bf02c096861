using Microsoft.AspNetCore.Localization;

namespace Interop.Pages;

/// <summary>
/// The language of the public page is in its address, <c>/app/figures/es</c>, so that a proxy may keep each, and a link is what it was.
/// </summary>
internal sealed class AddressCulture : RequestCultureProvider
{
    public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext) =>
        Task.FromResult(httpContext.Request.Path.Value is { } path && path.StartsWith("/app/figures/", StringComparison.OrdinalIgnoreCase)
            ? new ProviderCultureResult(path["/app/figures/".Length..])
            : null);
}
