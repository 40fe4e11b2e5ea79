using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;

namespace Relay.Startup;

/// <summary>
/// Finds the address under which other nodes reach this one: <c>Node:Address</c>; or on ECS the task's, from the
/// metadata endpoint; or this machine's first address that is not loopback; or, when the node has no
/// secret and so listens to its own machine only, 127.0.0.1.
/// </summary>
internal static class NodeAddress
{
    /// <summary>What ECS sets in each container (task metadata endpoint, version 4).</summary>
    public const string MetadataVariable = "ECS_CONTAINER_METADATA_URI_V4";

    private const string Setting =
        $"{SettingsCheck.Root}:{nameof(RelaySettings.Node)}:{nameof(NodeOptions.Address)}";

    private static readonly TimeSpan MetadataPatience = TimeSpan.FromSeconds(5);

    /// <param name="settings">The settings; an internal port is set.</param>
    /// <param name="metadataAddress">The container's metadata endpoint; null elsewhere than on ECS.</param>
    /// <exception cref="SettingsException">No address can be found, and so it must be set.</exception>
    public static IPEndPoint Find(RelaySettings settings, string? metadataAddress)
    {
        if (settings.Node.EndPoint() is { } said)
        {
            return said;
        }

        var address = settings.Internal.Secret is null ? IPAddress.Loopback
            : metadataAddress is { Length: > 0 } metadata ? OfTask(metadata)
            : OfMachine(NetworkInterface.GetAllNetworkInterfaces());
        return new IPEndPoint(
            address ?? throw new SettingsException(
                $"This machine has no address that other nodes could reach: set {Setting}."), settings.Internal.Port);
    }

    /// <summary>
    /// The address to listen at: all of this machine's, but only the loopback ones when this node's address is one,
    /// or when no secret keeps strangers away.
    /// </summary>
    public static IPEndPoint ToListenAt(IPEndPoint address, InternalOptions options) =>
        new(options.Secret is not null && !IPAddress.IsLoopback(address.Address) ? (Socket.OSSupportsIPv6
            ? IPAddress.IPv6Any
            : IPAddress.Any) : IsIPv4(address.Address) ? IPAddress.Loopback : IPAddress.IPv6Loopback, options.Port);

    /// <summary>The first address of the task's first network.</summary>
    private static IPAddress OfTask(string metadata)
    {
        try
        {
            using var deadline = new CancellationTokenSource(MetadataPatience, TimeProvider.System);
            using var http = new HttpClient(
                new SocketsHttpHandler
                {
                    UseProxy = false,
                    AllowAutoRedirect = false
                })
            { MaxResponseContentBufferSize = 1 << 20 };
            using var request = new HttpRequestMessage(HttpMethod.Get, metadata);
            using var response = http.Send(request, deadline.Token);
            using var answer = JsonDocument.Parse(
                response.EnsureSuccessStatusCode().Content.ReadAsStream(deadline.Token));
            return IPAddress.Parse(
                answer.RootElement.GetProperty("Networks")[0].GetProperty("IPv4Addresses")[0].GetString()!);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException
            or JsonException or UriFormatException or NotSupportedException or ArgumentException
            or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException or FormatException)
        {
            throw new SettingsException(
                $"The task metadata endpoint {metadata} does not say this task's address ({exception.GetType().Name}: "
                    + $"{exception.Message.TrimEnd('.')}): set {Setting}.");
        }
    }

    /// <summary>IPv4 before IPv6, global before link-local, in the system's order of networks.</summary>
    private static IPAddress? OfMachine(IEnumerable<NetworkInterface> networks)
    {
        IPAddress[] addresses =
        [
            .. networks
                .Where(network => network.OperationalStatus == OperationalStatus.Up
                    && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal
                    && !(IsIPv4(address) && address.GetAddressBytes() is [169, 254, ..])),
        ];
        return Array.Find(addresses, IsIPv4) ?? addresses.FirstOrDefault();
    }

    private static bool IsIPv4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork;
}
