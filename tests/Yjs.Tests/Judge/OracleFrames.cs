using System.Text;

namespace Relay.Yjs.Judge;

/// <summary>The shapes that requests to the oracle and its answers are made of.</summary>
internal static class OracleFrames
{
    public static void WriteList(this Lib0Writer writer, IReadOnlyList<byte[]> list)
    {
        writer.WriteVarUint((ulong)list.Count);
        foreach (var bytes in list)
        {
            writer.WriteVarBytes(bytes);
        }
    }

    /// <summary>A choice of updates by index; null stands for all.</summary>
    public static void WriteSubset(this Lib0Writer writer, IReadOnlyList<int>? subset)
    {
        writer.WriteByte(subset is null ? (byte)0 : (byte)1);
        if (subset is not null)
        {
            writer.WriteVarUint((ulong)subset.Count);
            foreach (var index in subset)
            {
                writer.WriteVarUint((ulong)index);
            }
        }
    }

    public static byte[][] ReadList(this ref Lib0Reader reader)
    {
        var list = new byte[(int)reader.ReadVarUint()][];
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = reader.ReadVarBytes().ToArray();
        }

        return list;
    }

    public static string[] ReadTexts(this ref Lib0Reader reader) =>
        Array.ConvertAll(reader.ReadList(), Encoding.UTF8.GetString);
}
