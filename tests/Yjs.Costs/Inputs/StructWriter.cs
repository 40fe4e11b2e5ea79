using System.Text;

namespace Relay.Yjs.Costs;

/// <summary>
/// The structs of one client in an update, written one after another (<c>yjs/src/utils/encoding.js</c>). An id is
/// (client, clock).
/// </summary>
internal sealed class StructWriter(ulong client, long clock) : IDisposable
{
    private const int Deleted = 1;
    private const int Text = 4;
    private const int Type = 7;
    private const int Any = 8;
    private const int Skip = 10;
    private const int HasKey = 0x20;
    private const int HasRightOrigin = 0x40;
    private const int HasOrigin = 0x80;
    private const int ArrayRef = 0;
    private const byte Null = 126;

    private readonly Lib0Writer structs = new();

    public ulong Client => client;

    public int Count { get; private set; }

    public long Clock { get; private set; } = clock;

    private long First { get; } = clock;

    public StructWriter AddText(string text, (ulong Client, long Clock)? origin = null, (ulong Client,
        long Clock)? right = null)
    {
        Begin(Text, origin, right);
        structs.WriteVarBytes(Encoding.UTF8.GetBytes(text));
        return End(text.Length);
    }

    /// <summary>Values of "any": <paramref name="element"/> as often as <paramref name="count"/> says.</summary>
    public StructWriter AddValues(int count, byte[] element, (ulong Client, long Clock)? origin = null, (ulong Client,
        long Clock)? right = null)
    {
        Begin(Any, origin, right);
        structs.WriteVarUint((ulong)count);
        for (var i = 0; i < count; i++)
        {
            structs.WriteBytes(element);
        }

        return End(count);
    }

    public StructWriter AddNull((ulong Client, long Clock)? origin = null, (ulong Client, long Clock)? right = null) =>
        AddValues(1, [Null], origin, right);

    /// <summary>A null under a key of the root type "r", or after an entry of one.</summary>
    public StructWriter AddEntry(string key, (ulong Client, long Clock)? origin = null)
    {
        if (origin is not null)
        {
            return AddNull(origin);
        }

        structs.WriteByte(Any | HasKey);
        WriteParent(null);
        structs.WriteVarBytes(Encoding.UTF8.GetBytes(key));
        structs.WriteBytes([1, Null]);
        return End(1);
    }

    /// <summary>A list in the list that another item holds, or in the root type "r".</summary>
    public StructWriter AddList((ulong Client, long Clock)? parent)
    {
        structs.WriteByte(Type);
        WriteParent(parent);
        structs.WriteVarUint(ArrayRef);
        return End(1);
    }

    public StructWriter AddDeleted(long length, (ulong Client, long Clock)? origin = null)
    {
        Begin(Deleted, origin, null);
        structs.WriteVarUint((ulong)length);
        return End(length);
    }

    public StructWriter AddGarbage(long length)
    {
        structs.WriteByte(0);
        structs.WriteVarUint((ulong)length);
        return End(length);
    }

    public StructWriter AddSkip(long length)
    {
        structs.WriteByte(Skip);
        structs.WriteVarUint((ulong)length);
        return End(length);
    }

    public void WriteTo(Lib0Writer update)
    {
        update.WriteVarUint((ulong)Count);
        update.WriteVarUint(client);
        update.WriteVarUint((ulong)First);
        update.WriteBytes(structs.WrittenSpan);
    }

    public void Dispose() => structs.Dispose();

    private void Begin(int kind, (ulong Client, long Clock)? origin, (ulong Client, long Clock)? right)
    {
        structs.WriteByte((byte)(kind | (origin is null ? 0 : HasOrigin) | (right is null ? 0 : HasRightOrigin)));
        WriteId(origin);
        WriteId(right);
        if (origin is null && right is null)
        {
            WriteParent(null);
        }
    }

    private void WriteParent((ulong Client, long Clock)? parent)
    {
        structs.WriteVarUint(parent is null ? 1u : 0);
        WriteId(parent);
        if (parent is null)
        {
            structs.WriteVarBytes("r"u8);
        }
    }

    private void WriteId((ulong Client, long Clock)? id)
    {
        if (id is { } named)
        {
            structs.WriteVarUint(named.Client);
            structs.WriteVarUint((ulong)named.Clock);
        }
    }

    private StructWriter End(long length)
    {
        Count++;
        Clock += length;
        return this;
    }
}
