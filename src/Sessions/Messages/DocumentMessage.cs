using System.Buffers;
using System.Runtime.InteropServices;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>One decoded message of a client.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Payload">
/// The state vector, the update, the marker or the application's message; of presence, its bytes where they do not
/// read, and empty where they do.
/// </param>
/// <param name="Awareness">The presence entries; empty for the other kinds.</param>
/// <param name="Frame">
/// The number of its frame among those that came together: the messages of one frame are taken wholly or not at all.
/// </param>
/// <param name="Bytes">
/// How much of the frame it took: what counts against the bytes that a connection may have waiting.
/// </param>
/// <param name="IsGuess">Whether the node says it in the client's place, without knowing what the client has.</param>
internal readonly record struct DocumentMessage(
    DocumentMessageKind Kind,
    ReadOnlyMemory<byte> Payload,
    IReadOnlyList<AwarenessEntry> Awareness,
    int Frame = 0,
    int Bytes = 0,
    bool IsGuess = false)
{
    /// <summary>
    /// The memory that it shares with others who use it again when all have let go of it; null if it may be kept.
    /// </summary>
    public MemoryManager<byte>? Lender =>
        MemoryMarshal.TryGetMemoryManager<byte, MemoryManager<byte>>(Shared, out var lender) ? lender : null;

    private ReadOnlyMemory<byte> Shared =>
        Payload.IsEmpty && Awareness is [var first, ..] ? first.State : Payload;

    /// <summary>Says, once, that no byte of it is read any more. Who keeps some does not say it.</summary>
    public void LetGo() => ((IDisposable?)Lender)?.Dispose();
}
