using System.Net;
using System.Net.Sockets;

namespace Interop.Hosting;

/// <summary>Whom requests are counted for that nobody has signed: one customer of a provider.</summary>
public static class ClientNetwork
{
    /// <summary>The address; of IPv6 the first half: a customer has a whole /64 of addresses to choose from (RFC 6177).</summary>
    public static string Of(IPAddress? address) => address switch
    {
        null => string.Empty,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };
}
