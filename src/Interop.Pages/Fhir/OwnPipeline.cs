using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Interop.Pages.Fhir;

/// <summary>
/// The server with a second way in: beside the sockets, requests of this process. Both are given the one application, so that what a page
/// asks meets the same tokens, scopes, limits, guard and trail as what comes over the network
/// (<see href="https://learn.microsoft.com/aspnet/core/test/integration-tests">TestServer</see>, without a port).
/// </summary>
internal sealed class OwnPipeline(IServer sockets, TestServer memory) : IServer
{
    public IFeatureCollection Features => sockets.Features;

    /// <summary>Puts the second way in beside whichever server the host has.</summary>
    public static void Add(IServiceCollection services)
    {
        var sockets = services.Last(service => service.ServiceType == typeof(IServer));
        services.AddSingleton(provider => new OwnPipeline(
            (IServer)(sockets.ImplementationInstance
                ?? sockets.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, sockets.ImplementationType!)),
            new TestServer(provider)));
        services.Replace(ServiceDescriptor.Singleton<IServer>(provider => provider.GetRequiredService<OwnPipeline>()));
    }

    /// <param name="prepare">Changes each request's context, before the application sees it.</param>
    public HttpMessageHandler Handler(Action<HttpContext> prepare) => memory.CreateHandler(prepare);

    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        await ((IServer)memory).StartAsync(application, cancellationToken);
        await sockets.StartAsync(application, cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await sockets.StopAsync(cancellationToken);
        await ((IServer)memory).StopAsync(cancellationToken);
    }

    public void Dispose()
    {
        sockets.Dispose();
        memory.Dispose();
    }
}
