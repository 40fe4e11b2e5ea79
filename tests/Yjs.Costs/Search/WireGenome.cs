using System.Text;
using Relay.Protocols;
using Relay.Protocols.Hocuspocus;
using Relay.Protocols.YWebSocket;

namespace Relay.Yjs.Costs;

/// <summary>What a client sends, as a list of genes, so that it can be changed a little and stay readable.</summary>
internal sealed record WireGenome(IReadOnlyList<WireGene> Genes)
{
    private const int MostGenes = 6;

    public static WireGenome Draw(Random random) =>
        new([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => WireGene.Draw(random))]);

    public WireGenome Mutate(Random random)
    {
        List<WireGene> genes = [.. Genes];
        var at = random.Next(genes.Count);
        switch (random.Next(6))
        {
            case 0 when genes.Count < MostGenes:
                genes.Insert(at, WireGene.Draw(random));
                break;
            case 1 when genes.Count > 1:
                genes.RemoveAt(at);
                break;
            default:
                genes[at] = genes[at].Mutate(random);
                break;
        }

        return new WireGenome(genes);
    }

    public byte[] ToStateVector()
    {
        using var vector = new Lib0Writer();
        vector.WriteVarUint((ulong)Genes.Sum(gene => gene.Repeat));
        foreach (var (gene, repetition) in All())
        {
            vector.WriteVarUint(gene.Client(repetition));
            vector.WriteVarUint((ulong)gene.Length);
        }

        return vector.ToArray();
    }

    public byte[] ToPresence()
    {
        using var update = new Lib0Writer();
        WritePresence(update, Genes);
        return update.ToArray();
    }

    /// <summary>One frame with many messages.</summary>
    public byte[] ToYWebSocket()
    {
        using var frame = new Lib0Writer();
        foreach (var (gene, _) in All())
        {
            WriteYWebSocket(frame, gene);
        }

        return frame.ToArray();
    }

    /// <summary>A frame for each message.</summary>
    public IEnumerable<byte[]> ToHocuspocus()
    {
        foreach (var (gene, repetition) in All())
        {
            using var frame = new Lib0Writer();
            frame.WriteVarBytes(Encoding.UTF8.GetBytes("d" + gene.Client(repetition)));
            WriteHocuspocus(frame, gene);
            yield return frame.ToArray();
        }
    }

    /// <summary>What stands on the line: binary messages, cut into fragments.</summary>
    public byte[] ToLine()
    {
        using var line = new MemoryStream();
        foreach (var (gene, _) in All())
        {
            var cut = Math.Max(1, gene.Cut);
            for (var left = gene.Length; ; left -= cut)
            {
                WriteFrame(line, Math.Min(left, cut), isFirst: left == gene.Length, isLast: left <= cut);
                if (left <= cut)
                {
                    break;
                }
            }
        }

        return line.ToArray();
    }

    private static void WritePresence(Lib0Writer update, IReadOnlyList<WireGene> genes)
    {
        update.WriteVarUint((ulong)genes.Sum(gene => gene.Repeat));
        foreach (var gene in genes)
        {
            var json = gene.Json();
            for (var i = 0; i < gene.Repeat; i++)
            {
                update.WriteVarUint(gene.Client(i));
                update.WriteVarUint(1);
                update.WriteVarBytes(json);
            }
        }
    }

    private static void WriteYWebSocket(Lib0Writer frame, in WireGene gene)
    {
        switch (gene.Kind)
        {
            case WireKind.Question:
                frame.WriteVarUint(SyncBytes.QueryAwareness);
                break;
            case WireKind.Marker:
                frame.WriteVarUint(YWebSocketFormat.MarkerMessage);
                frame.WriteVarBytes(new byte[Math.Min(gene.Length, YWebSocketDecoder.MaxMarkerBytes)]);
                break;
            case WireKind.Update or WireKind.Token or WireKind.Stateless:
                frame.WriteVarUint(SyncBytes.Sync);
                frame.WriteVarUint(SyncBytes.Update);
                frame.WriteVarBytes(gene.Payload());
                break;
            default:
                frame.WriteVarUint(SyncBytes.Awareness);
                frame.WriteVarBytes(OnePresence(gene));
                break;
        }
    }

    private static void WriteHocuspocus(Lib0Writer frame, in WireGene gene)
    {
        switch (gene.Kind)
        {
            case WireKind.Question:
                frame.WriteVarUint(SyncBytes.QueryAwareness);
                break;
            case WireKind.Token:
                frame.WriteVarUint(HocuspocusFormat.Auth);
                frame.WriteVarUint(HocuspocusFormat.Token);
                frame.WriteVarBytes(gene.Payload());
                break;
            case WireKind.Stateless or WireKind.Marker:
                frame.WriteVarUint(HocuspocusFormat.StatelessMessage);
                frame.WriteVarBytes(gene.Payload());
                break;
            case WireKind.Update:
                frame.WriteVarUint(SyncBytes.Sync);
                frame.WriteVarUint(SyncBytes.Update);
                frame.WriteVarBytes(gene.Payload());
                break;
            default:
                frame.WriteVarUint(SyncBytes.Awareness);
                frame.WriteVarBytes(OnePresence(gene));
                break;
        }
    }

    private static byte[] OnePresence(in WireGene gene)
    {
        using var update = new Lib0Writer();
        WritePresence(update, [gene with { Repeat = 1 }]);
        return update.ToArray();
    }

    private static void WriteFrame(MemoryStream line, int length, bool isFirst, bool isLast)
    {
        line.WriteByte((byte)((isFirst ? 2 : 0) | (isLast ? 0x80 : 0)));
        if (length < 126)
        {
            line.WriteByte((byte)(0x80 | length));
        }
        else
        {
            line.WriteByte(0x80 | 126);
            line.WriteByte((byte)(length >> 8));
            line.WriteByte((byte)length);
        }

        line.Write(new byte[4 + length]);
    }

    private IEnumerable<(WireGene Gene, int Repetition)> All() =>
        Genes.SelectMany(gene => Enumerable.Range(0, gene.Repeat).Select(i => (gene, i)));
}
