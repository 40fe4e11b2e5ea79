using Relay.Doubles;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>What clients of a content write.</summary>
/// <param name="Kind">The content.</param>
/// <param name="Written">The update of a client after so many others of it.</param>
/// <param name="Deleted">The update that deletes what such an update brought; null where that is not possible.</param>
internal sealed record ContentOfClients(
    IContentKind Kind, Func<ulong, ulong, byte[]> Written, Func<ulong, ulong, byte[]>? Deleted)
{
    private static readonly ContentOfClients Yjs = new(
        new YjsContentKind(true), static (client, number) => Messages.Typed(client, number, "x"), DeletedOf);

    private static readonly ContentOfClients Counters = new(
        new CounterContentKind(), static (client, number) => CounterContentKind.Counted(client, number + 1), null);

    /// <summary>Documents of every tenth schedule are counters: sessions know no difference.</summary>
    public static ContentOfClients Of(ulong seed) => seed % 20 is 8 or 13 ? Counters : Yjs;

    private static byte[] DeletedOf(ulong client, ulong number)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarUint(0);
        writer.WriteVarUint(1);
        writer.WriteVarUint(client);
        writer.WriteVarUint(1);
        writer.WriteVarUint(number);
        writer.WriteVarUint(1);
        return writer.ToArray();
    }
}
