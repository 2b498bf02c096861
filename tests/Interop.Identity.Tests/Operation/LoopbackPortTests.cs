using System.Net;
using System.Net.Sockets;
using Interop.Demo;

namespace Interop.Identity.Tests.Operation;

/// <summary>Ports that are told before anything is served there belong to nobody else from the first moment to the last.</summary>
public sealed class LoopbackPortTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_can_take_the_port_between_its_choice_and_the_start(bool opensTwice)
    {
        using var port = opensTwice ? LoopbackPort.AnyForTwoOpenings() : LoopbackPort.Any();
        using var other = new TcpListener(IPAddress.Loopback, port.Number) { ExclusiveAddressUse = true };

        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(other.Start).SocketErrorCode);

        await using var issuer = await RunningIssuer.StartAsync(port);
        Assert.Equal("ok", await issuer.Http.GetStringAsync("/health/live"));
        Assert.Equal(port.Url, issuer.Issuer);
    }

    [Fact]
    public void A_port_that_somebody_has_is_in_use()
    {
        using var held = LoopbackPort.Any();

        Assert.Equal(
            SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(() => LoopbackPort.Numbered(held.Number)).SocketErrorCode);
    }

    [Fact]
    public async Task The_port_is_free_again_when_what_was_served_there_has_ended()
    {
        var port = LoopbackPort.Any();
        await using (await RunningIssuer.StartAsync(port))
        {
        }

        using var again = LoopbackPort.Numbered(port.Number);
        Assert.Equal(port.Number, again.Number);
    }
}
