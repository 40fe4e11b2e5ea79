using System.Text;

namespace Relay.Yjs.Fuzz;

/// <summary>Nesting is bounded and walked without recursion: a stack overflow would end the process.</summary>
public sealed class DepthTests
{
    private const int Limit = 256;

    [Theory]
    [InlineData(1, true)]
    [InlineData(Limit, true)]
    [InlineData(Limit + 1, false)]
    [InlineData(1_000_000, false)]
    public void Any_values_nest_to_the_limit(int depth, bool accepted)
    {
        Assert.Equal(accepted, Applies(ContentUpdate(8, writer =>
        {
            writer.WriteVarUint(1);
            Arrays(writer, depth);
        })));
        Assert.Equal(accepted, Applies(ContentUpdate(8, writer =>
        {
            writer.WriteVarUint(1);
            Objects(writer, depth);
        })));
        Assert.Equal(accepted, Applies(ContentUpdate(9, writer =>
        {
            writer.WriteVarBytes("guid"u8);
            Options(writer, depth);
        })));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(Limit, true)]
    [InlineData(Limit + 1, false)]
    [InlineData(1_000_000, false)]
    public void Json_nests_to_the_limit(int depth, bool accepted)
    {
        var arrays = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        var objects = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Repeat("{\"\":", depth)) + "1" + new string('}', depth));
        foreach (var json in new[] { arrays, objects })
        {
            Assert.Equal(accepted, Json.IsValid(json, Limit));
            Assert.Equal(accepted, Applies(ContentUpdate(5, writer => writer.WriteVarBytes(json))));
            Assert.Equal(accepted, Applies(ContentUpdate(6, writer =>
            {
                writer.WriteVarBytes("key"u8);
                writer.WriteVarBytes(json);
            })));
            Assert.Equal(accepted, Applies(ContentUpdate(2, writer =>
            {
                writer.WriteVarUint(1);
                writer.WriteVarBytes(json);
            })));
            Assert.Equal(accepted,
                AwarenessUpdate.TryDecode(AwarenessUpdate.Encode([new AwarenessEntry(1, 1, json)]), 1, out _, out _));
        }
    }

    private static bool Applies(byte[] update) => new YDocument().TryApply(update, out _, out _);

    /// <summary>One struct of client 1 in the root type "t" with content of the given kind.</summary>
    private static byte[] ContentUpdate(byte kind, Action<Lib0Writer> writeContent)
    {
        using var writer = new Lib0Writer();
        writer.WriteBytes([1, 1, 1, 0, kind, 1, 1, (byte)'t']);
        writeContent(writer);
        writer.WriteByte(0);
        return writer.ToArray();
    }

    private static void Arrays(Lib0Writer writer, int depth)
    {
        for (var i = 0; i < depth - 1; i++)
        {
            writer.WriteBytes([117, 1]);
        }

        writer.WriteBytes([117, 0]);
    }

    private static void Objects(Lib0Writer writer, int depth)
    {
        for (var i = 0; i < depth - 1; i++)
        {
            writer.WriteBytes([118, 1, 1, (byte)'k']);
        }

        writer.WriteBytes([118, 0]);
    }

    /// <summary>A subdocument's options with a "meta" so that all together nests to the depth.</summary>
    private static void Options(Lib0Writer writer, int depth)
    {
        writer.WriteBytes([118, 1, 4, .. "meta"u8]);
        if (depth > 1)
        {
            Arrays(writer, depth - 1);
        }
        else
        {
            writer.WriteByte(126);
        }
    }
}
