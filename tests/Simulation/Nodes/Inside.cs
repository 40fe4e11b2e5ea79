using System.Reflection;
using System.Runtime.CompilerServices;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>What the invariants look at inside of a node, between its steps: reading changes nothing.</summary>
internal static class Inside
{
    public static IReadOnlyCollection<DocumentSession> Of(SessionRegistry registry) => Sessions(registry).Values;

    public static Position PositionOf(DocumentSession session) => Position(session);

    public static YDocument DocumentOf(DocumentSession session) => Content(session).Document;

    /// <summary>Whether the session shows its connections what is in no log yet.</summary>
    public static bool ShowsUnlogged(DocumentSession session) =>
        IsLogAway(Unlogged(session)) || !PeerUnlogged(Unlogged(session)).IsEmpty;

    /// <summary>What the session's plain fields say, for whoever has to find out why a schedule failed.</summary>
    public static string Describe(DocumentSession session)
    {
        var fields = typeof(DocumentSession).GetFields(BindingFlags.Instance | BindingFlags.NonPublic).Where(f => f.FieldType.IsPrimitive || f.FieldType.IsEnum || f.FieldType == typeof(Position));
        return string.Join(", ", fields.Select(f => $"{f.Name}={f.GetValue(session)}"));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "sessions")]
    private static extern ref Dictionary<DocumentName, DocumentSession> Sessions(SessionRegistry registry);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "position")]
    private static extern ref Position Position(DocumentSession session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "unlogged")]
    private static extern ref UnloggedUpdates Unlogged(DocumentSession session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "isLogAway")]
    private static extern ref bool IsLogAway(UnloggedUpdates unlogged);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "peer")]
    private static extern ref ReadOnlyMemory<byte> PeerUnlogged(UnloggedUpdates unlogged);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "content")]
    private static extern ref LoggedDocument Content(DocumentSession session);
}
