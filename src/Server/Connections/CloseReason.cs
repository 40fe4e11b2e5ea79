using Relay.Sessions;
using Relay.Sockets.WebSockets;

namespace Relay.Connections;

/// <summary>
/// Why a connection ends, as its client is told: the one table of close codes (<c>docs/protocol.md</c> shows it to
/// users). 4400 to 4499 mean "do not come back"; 4500 to 4599, 1012 and 1013 mean "come back". The text is at most 123
/// bytes of ASCII, what a close frame holds.
/// </summary>
internal sealed record CloseReason(int Code, string Text) : SocketClose(Code, Text)
{
    public static readonly CloseReason Normal = new(1000, "Closed.");

    public static readonly CloseReason FramingError = new(1002, "The WebSocket frame is not valid.");

    public static readonly CloseReason NodeStops = new(1012, "This node stops; connect again.");

    public static readonly CloseReason NodeIsFull = new(
        1013, "This node has no room at the moment; connect again later.");

    public static readonly CloseReason BadMessage = new(4400, "The message is not valid.");

    public static readonly CloseReason Removed = new(4403, "An administrator ended this connection; do not come back.");

    public static readonly CloseReason DocumentDeleted = new(4404, "The document was deleted.");

    public static readonly CloseReason NoDocument = new(4408, "No document was open on this connection for too long.");

    public static readonly CloseReason MessageTooLarge = new(4413,
        "The message is larger than Limits:MaxMessageBytes allows.");

    public static readonly CloseReason DocumentTooLarge = new(4414,
        "The document would grow beyond Limits:MaxDocumentBytes.");

    public static readonly CloseReason TextFrame = new(4415, "Text frames are not understood; send binary ones.");

    public static readonly CloseReason BadUpdate = new(4422, "The update is not a valid Yjs update (format V1).");

    public static readonly CloseReason DocumentUnreadable = new(4423,
        "The stored document cannot be read; its operator has been told.");

    public static readonly CloseReason TooMuchPending = new(4429, "Too much was sent to documents that are not open.");

    public static readonly CloseReason InternalError = new(4500, "Something went wrong on this node; connect again.");

    public static readonly CloseReason TokenEnded = new(4501, "The token has ended; connect again with a new one.");

    public static readonly CloseReason AskedToReconnect = new(4502,
        "An administrator ended this connection; connect again.");

    public static readonly CloseReason StoreUnavailable = new(4503,
        "The document cannot be loaded at the moment; connect again.");

    public static readonly CloseReason NotOpen = new(
        4504, "A document was written to that is not open on this connection; connect again.");

    public static readonly CloseReason SlowReader = new(4508,
        "The client did not read what it was sent; connect again.");

    public static readonly CloseReason NoPong = new(4509, "The client did not answer a ping; connect again.");

    public static readonly CloseReason DocumentIsFull = new(4529,
        "The document has as many connections as it takes; connect again later.");

    public static readonly CloseReason UserIsFull = new(
        4530, "This user has as many connections as Limits:MaxConnectionsPerUser allows; connect again later.");

    public static readonly CloseReason TokensHeldBack = new(
        4531, "Too many tokens from this address have signatures that are not valid; connect again later.");

    /// <summary>For what sockets end by themselves.</summary>
    public static SocketCloses OfSockets { get; } =
        new(TextFrame, MessageTooLarge, NodeIsFull, FramingError, SlowReader, NoPong);

    /// <summary>Whether the same client may have more luck later, or elsewhere.</summary>
    public bool ComesBack => Code is 1012 or 1013 or (>= 4500 and < 4600);

    /// <summary>What a client is told when a session refuses or ends something.</summary>
    public static CloseReason Of(RefusalReason reason) => reason switch
    {
        RefusalReason.None => Normal,
        RefusalReason.BadMessage => BadMessage,
        RefusalReason.BadUpdate => BadUpdate,
        RefusalReason.DocumentDeleted => DocumentDeleted,
        RefusalReason.DocumentIsFull => DocumentIsFull,
        RefusalReason.DocumentTooLarge => DocumentTooLarge,
        RefusalReason.DocumentUnreadable => DocumentUnreadable,
        RefusalReason.InternalError => InternalError,
        RefusalReason.NodeIsFull => NodeIsFull,
        RefusalReason.StoreUnavailable => StoreUnavailable,
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "There is no close code for it."),
    };

    /// <summary>All reasons, for the tests and the metrics.</summary>
    public static IReadOnlyList<CloseReason> All { get; } =
    [
        Normal, FramingError, NodeStops, NodeIsFull, BadMessage, Removed, DocumentDeleted, NoDocument, MessageTooLarge,
            DocumentTooLarge, TextFrame, BadUpdate, DocumentUnreadable,
        TooMuchPending, InternalError, TokenEnded, AskedToReconnect, StoreUnavailable, NotOpen, SlowReader, NoPong,
        DocumentIsFull, UserIsFull, TokensHeldBack,
    ];
}
