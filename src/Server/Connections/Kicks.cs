using System.Text.Json;
using System.Text.Json.Nodes;
using Relay.Backplane;
using Relay.Logging;
using Relay.Yjs;

namespace Relay.Connections;

/// <summary>
/// Ends connections and long answers on all nodes: here at once, elsewhere by an order that the other nodes hear, or
/// hear of when they are back (<see cref="INodeOrders"/>).
/// </summary>
internal sealed partial class Kicks(
    ConnectionRegistry connections, LongAnswers answers, INodeOrders orders, ILogger<Kicks> logger)
    : IHostedService, INodeOrderListener
{
    private const string Kind = "kick";
    private const string User = "user";
    private const string Document = "document";
    private const string ComeBack = "comeBack";

    private IDisposable? listening;

    /// <summary>Ends what the order covers, and says how far that went.</summary>
    public async ValueTask<KickReceipt> GiveAsync(KickOrder order, CancellationToken cancellation)
    {
        var here = KickHere(order);
        try
        {
            var others = await orders.GiveAsync(Write(order), cancellation);
            LogKicked(logger, here + others.Done, order.UserId, order.Document, 1 + others.Nodes);
            return new KickReceipt(here + others.Done, 1 + others.Nodes, others.SilentNodes, AreOthersReached: true);
        }
        catch (BackplaneUnavailableException exception)
        {
            LogKickedHere(logger, exception, here, order.UserId, order.Document);
            return new KickReceipt(here, 1, 0, AreOthersReached: false);
        }
    }

    public int OnOrder(ReadOnlyMemory<byte> order, DateTimeOffset givenAt)
    {
        if (TryRead(order, out var kick))
        {
            return KickHere(kick!, givenAt);
        }

        LogUnreadable(logger);
        return 0;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        listening = orders.Listen(this);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        listening?.Dispose();
        return Task.CompletedTask;
    }

    private int KickHere(KickOrder order, DateTimeOffset? givenAt = null) =>
        connections.Kick(order, givenAt) + answers.Kick(order, givenAt);

    private static byte[] Write(KickOrder order) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["kind"] = Kind,
                [User] = order.UserId,
                [Document] = order.Document?.Value,
                [ComeBack] = order.MayComeBack
            });

    /// <summary>False for an order that only newer versions know, or that would end everything.</summary>
    private static bool TryRead(ReadOnlyMemory<byte> order, out KickOrder? kick)
    {
        kick = null;
        try
        {
            using var read = JsonDocument.Parse(order);
            var root = read.RootElement;
            if (root.GetProperty("kind").GetString() != Kind)
            {
                return false;
            }

            var document = root.GetProperty(Document).GetString();
            var user = root.GetProperty(User).GetString();
            kick = user is null && document is null
                ? null
                : new KickOrder(user, document is null ? null : DocumentName.Create(document),
                    root.GetProperty(ComeBack).GetBoolean());
            return kick is not null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException
            or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    [LoggerMessage(LogEvents.Kicked, LogLevel.Information,
        "An administrator ended {Connections} connections (user {User}, document {Document}) on {Nodes} nodes")]
    private static partial void LogKicked(ILogger logger, long connections, string? user,
        DocumentName? document, int nodes);

    [LoggerMessage(LogEvents.KickedHereOnly, LogLevel.Warning,
        "An administrator ended {Connections} connections (user {User}, document {Document}) on this "
            + "node; the others cannot be reached")]
    private static partial void LogKickedHere(ILogger logger, Exception exception, int connections, string? user,
        DocumentName? document);

    [LoggerMessage(LogEvents.KickUnreadable, LogLevel.Warning,
        "An order of another node is none that this version knows; it was ignored")]
    private static partial void LogUnreadable(ILogger logger);
}
