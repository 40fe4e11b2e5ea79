using System.Text;

namespace Relay.Yjs.Document;

/// <summary>A document's tables without the document, for tests of what is done with them.</summary>
internal static class Tables
{
    /// <summary>Tables to which nothing but a union is applied: nothing is collected.</summary>
    public static DocumentTables Of(params IEnumerable<byte[]> updates)
    {
        var tables = new DocumentTables(garbageCollection: true, normalizes: true);
        foreach (var update in updates)
        {
            Apply(tables, update);
        }

        return tables;
    }

    public static void Apply(DocumentTables tables, byte[] update)
    {
        var decoded = DecodedUpdate.Rent();
        Assert.True(UpdateDecoder.TryDecode(update, decoded, out var error), error.ToString());
        new UpdateUnion(tables).Apply(decoded, update);
        decoded.Return();
    }

    /// <summary>A text at a client's clock: at the start of a root type, or behind an origin.</summary>
    public static byte[] Text(ulong client, ulong clock, string text, (ulong Client, ulong Clock)? origin = null) =>
        Update(client, clock, (byte)BlockKind.String, writer => writer.WriteVarBytes(Encoding.UTF8.GetBytes(text)),
            origin, key: null);

    /// <summary>An entry of a key of a root type, with the value null.</summary>
    public static byte[] Entry(ulong client, ulong clock, string key, (ulong Client, ulong Clock)? origin = null) =>
        Update(client, clock, (byte)BlockKind.Any, writer => writer.WriteBytes([1, 126]), origin, key);

    public static byte[] Delete(ulong client, ulong clock, ulong length)
    {
        using var writer = new Lib0Writer();
        writer.WriteBytes([0, 1]);
        writer.WriteVarUint(client);
        writer.WriteVarUint(1);
        writer.WriteVarUint(clock);
        writer.WriteVarUint(length);
        return writer.ToArray();
    }

    /// <summary>A client's blocks: clock, length, kind and content.</summary>
    public static string Show(DocumentTables tables, ulong client)
    {
        var blocks = tables.Clients.Find(client)!;
        var shown = new StringBuilder();
        for (var i = 0; i < blocks.Count; i++)
        {
            ref readonly var block = ref blocks.Blocks[i];
            var content = Encoding.UTF8.GetString(blocks.Content(block));
            shown.Append($"{block.Clock}+{block.Length} {block.Kind} {content};");
        }

        return shown.ToString();
    }

    private static byte[] Update(ulong client, ulong clock, byte kind, Action<Lib0Writer> content,
        (ulong Client, ulong Clock)? origin, string? key)
    {
        using var writer = new Lib0Writer();
        writer.WriteBytes([1, 1]);
        writer.WriteVarUint(client);
        writer.WriteVarUint(clock);
        if (origin is { } left)
        {
            writer.WriteByte((byte)(kind | (byte)BlockFlags.HasOrigin));
            writer.WriteVarUint(left.Client);
            writer.WriteVarUint(left.Clock);
        }
        else
        {
            writer.WriteByte((byte)(kind | (key is null ? 0 : (byte)BlockFlags.HasKey)));
            writer.WriteVarUint(1);
            writer.WriteVarBytes("root"u8);
            if (key is not null)
            {
                writer.WriteVarBytes(Encoding.UTF8.GetBytes(key));
            }
        }

        content(writer);
        writer.WriteVarUint(0);
        return writer.ToArray();
    }
}
