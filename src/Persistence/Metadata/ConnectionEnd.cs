namespace Relay.Persistence.Metadata;

/// <summary>How a connection's time at a document ended, and what went through it.</summary>
/// <param name="ClosedAt">When.</param>
/// <param name="BytesIn">Bytes of the client's messages for the document.</param>
/// <param name="BytesOut">Bytes of the frames for the client.</param>
/// <param name="UpdatesIn">Updates of the client that said something new.</param>
/// <param name="UpdatesOut">Entries of the log that went to the client.</param>
/// <param name="Code">The close code; null when the node did not end it.</param>
/// <param name="Reason">One sentence.</param>
public sealed record ConnectionEnd(DateTimeOffset ClosedAt, long BytesIn, long BytesOut, long UpdatesIn,
    long UpdatesOut, int? Code, string Reason);
