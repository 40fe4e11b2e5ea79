using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>One decoded message, without its address.</summary>
/// <param name="Kind">What it asks.</param>
/// <param name="Content">For <see cref="HocuspocusMessageKind.Document"/>.</param>
/// <param name="Token">For <see cref="HocuspocusMessageKind.Token"/>: the token as UTF-8.</param>
internal readonly record struct HocuspocusMessage(HocuspocusMessageKind Kind, DocumentMessage Content,
    ReadOnlyMemory<byte> Token)
{
    public static HocuspocusMessage Of(HocuspocusMessageKind kind) => new(kind, default, default);
}
