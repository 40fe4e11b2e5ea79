using Relay.DocLocator;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Links;

/// <summary>Documents, nodes and what they tell each other.</summary>
internal static class LinkSamples
{
    public static DocumentName Room { get; } = DocumentName.Create("room");

    public static NodeIdentity NodeOf(int number) =>
        NodeIdentity.Create($"10.0.0.{number}:7000", $"{number}".PadLeft(4, '0'));

    public static byte[] Presence(params (ulong Client, ulong Clock, string State)[] entries) =>
        ToldPresence.Of(
            [.. entries.Select(
                e => new AwarenessEntry(e.Client, e.Clock, System.Text.Encoding.UTF8.GetBytes(e.State)))],
            client => PresenceUser.Of($"user {client}")).Encode();

    public static LinkItem Changes(params (ulong Client, ulong Clock, string State)[] entries) =>
        new(LinkItemKind.Changes, Room, 1, Presence(entries));

    public static LinkItem Message(byte content = 1, int length = 1) =>
        new(LinkItemKind.Stateless, Room, 1, Enumerable.Repeat(content, length).ToArray(), ulong.MaxValue);

    public static LinkItem Of(LinkItemKind kind) => new(kind, Room, 1, default);

    /// <summary>The states in a presence message, by client.</summary>
    public static Dictionary<ulong, string> StatesIn(ReadOnlyMemory<byte> content) =>
        ToldPresence.TryDecode(content)!.Value.Entries.ToDictionary(
            entry => entry.ClientId, entry => System.Text.Encoding.UTF8.GetString(entry.State.Span));
}
