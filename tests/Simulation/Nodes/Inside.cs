using System.Reflection;
using System.Runtime.CompilerServices;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>What the invariants look at inside of a node, between its steps: reading changes nothing.</summary>
internal static class Inside
{
    public static Dictionary<DocumentName, DocumentSession>.ValueCollection Of(SessionRegistry registry) =>
        Sessions(Table(registry)).Values;

    /// <summary>The session of a document; null if there is none.</summary>
    public static DocumentSession? Of(SessionRegistry registry, DocumentName document) =>
        Sessions(Table(registry)).GetValueOrDefault(document);

    public static Position PositionOf(DocumentSession session) => Parts(session).Follower.Position;

    public static IContent DocumentOf(DocumentSession session) => Parts(session).Content.Document;

    public static bool IsReconciling(DocumentSession session) => Parts(session).Follower.IsReconciling;

    /// <summary>Whether the session shows its connections what is in no log yet.</summary>
    public static bool ShowsUnlogged(DocumentSession session) =>
        IsLogAway(Parts(session).Unlogged) || !PeerUnlogged(Parts(session).Unlogged).IsEmpty;

    /// <summary>
    /// What the plain fields of the session's parts say, to find out why a schedule failed.
    /// </summary>
    public static string Describe(DocumentSession session)
    {
        var parts = new List<string>();
        Describe(session, "", [], parts);
        return string.Join(", ", parts);
    }

    private static void Describe(object part, string path, HashSet<object> seen, List<string> said)
    {
        if (!seen.Add(part))
        {
            return;
        }

        foreach (var field in part.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic))
        {
            var value = field.GetValue(part);
            if (field.FieldType.IsPrimitive || field.FieldType.IsEnum || field.FieldType == typeof(Position))
            {
                said.Add($"{path}{field.Name}={value}");
            }
            else if (value is not null && field.FieldType is { IsClass: true, Namespace: "Relay.Sessions" }
                && value is not (SessionRegistry or SessionServices or SessionContext or Mailbox))
            {
                Describe(value, $"{path}{field.Name}.", seen, said);
            }
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "table")]
    private static extern ref SessionTable Table(SessionRegistry registry);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "sessions")]
    private static extern ref Dictionary<DocumentName, DocumentSession> Sessions(SessionTable table);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "isLogAway")]
    private static extern ref bool IsLogAway(UnloggedUpdates unlogged);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "peer")]
    private static extern ref ReadOnlyMemory<byte> PeerUnlogged(UnloggedUpdates unlogged);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "parts")]
    private static extern ref SessionParts Parts(DocumentSession session);
}
