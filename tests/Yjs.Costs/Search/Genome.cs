namespace Relay.Yjs.Costs;

/// <summary>A sequence of updates as a list of genes, so that it can be changed a little and stay readable.</summary>
internal sealed record Genome(IReadOnlyList<Gene> Genes)
{
    private const int MostGenes = 8;
    private const ulong UnknownClient = 999;

    public static Genome Draw(Random random) =>
        new([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Gene.Draw(random))]);

    public Genome Mutate(Random random)
    {
        List<Gene> genes = [.. Genes];
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(genes.Count);
            switch (random.Next(6))
            {
                case 0 when genes.Count < MostGenes:
                    genes.Insert(at, Gene.Draw(random));
                    break;
                case 1 when genes.Count < MostGenes:
                    genes.Add(genes[at]);
                    break;
                case 2 when genes.Count > 1:
                    genes.RemoveAt(at);
                    break;
                case 3:
                    genes = genes.ConvertAll(gene => gene with
                    {
                        Repeat = Math.Min(Gene.MostRepeats,
                        2 * gene.Repeat)
                    });
                    break;
                default:
                    genes[at] = genes[at].Mutate(random);
                    break;
            }
        }

        return new Genome(genes);
    }

    public List<byte[]> ToUpdates()
    {
        var updates = new List<byte[]>();
        var draft = new Draft();
        var isEach = false;
        foreach (var gene in Genes)
        {
            if (gene.Kind is GeneKind.NextUpdate or GeneKind.UpdateEach)
            {
                draft.Flush(updates);
                isEach = gene.Kind == GeneKind.UpdateEach;
                continue;
            }

            for (var i = 0; i < gene.Repeat; i++)
            {
                draft.Add(gene, i);
                if (isEach)
                {
                    draft.Flush(updates);
                }
            }
        }

        draft.Flush(updates);
        return updates;
    }

    /// <summary>The update under way.</summary>
    private sealed class Draft
    {
        private readonly Dictionary<ulong, StructWriter> structs = [];
        private readonly Dictionary<ulong, List<(long Clock, long Length)>> deletes = [];

        public void Add(in Gene gene, int repetition)
        {
            var client = (ulong)(gene.Client + (repetition * gene.ClientStep));
            if (gene.Kind == GeneKind.DeleteRange)
            {
                var clock = gene.Start + ((long)repetition * (1 - gene.ClientStep) * (gene.Length + gene.Gap));
                (deletes.TryGetValue(client, out var ranges) ? ranges : deletes[client] = []).Add((clock, gene.Length));
                return;
            }

            if (!structs.TryGetValue(client, out var writer))
            {
                structs.Add(client, writer = new StructWriter(client, gene.Start
                    + (gene.ClientStep == 0 ? (long)repetition * (gene.Length + gene.Gap) : 0)));
            }

            var at = writer.Clock;
            var origin = Id(gene.Origin, client, at);
            var right = Id(gene.Right, client, at);
            switch (gene.Kind)
            {
                case GeneKind.Text:
                    writer.AddText(new string('x', gene.Length), origin, right);
                    break;
                case GeneKind.WideText:
                    writer.AddText(string.Concat(Enumerable.Repeat("😀", (gene.Length + 1) / 2)), origin, right);
                    break;
                case GeneKind.Values:
                    writer.AddValues(gene.Length, [126], origin, right);
                    break;
                case GeneKind.Lists:
                    writer.AddValues(gene.Length, [117, 0], origin, right);
                    break;
                case GeneKind.Entry:
                    writer.AddEntry("k", origin);
                    break;
                case GeneKind.Type:
                    writer.AddList(origin);
                    break;
                case GeneKind.Deleted:
                    writer.AddDeleted(gene.Length, origin);
                    break;
                default:
                    writer.AddGarbage(gene.Length);
                    break;
            }

            if (gene.Gap > 0)
            {
                writer.AddSkip(gene.Gap);
            }
        }

        public void Flush(List<byte[]> updates)
        {
            if (structs.Count + deletes.Count > 0)
            {
                updates.Add(Bytes.Update(structs.Values, [.. deletes.Select(entry => (entry.Key, entry.Value))]));
            }

            structs.Clear();
            deletes.Clear();
        }

        private static (ulong Client, long Clock)? Id(OriginKind kind, ulong client, long clock) => kind switch
        {
            OriginKind.Previous when clock > 0 => (client, clock - 1),
            OriginKind.First when clock > 0 => (client, 0),
            OriginKind.NextClient => (client + 1, clock),
            OriginKind.PreviousClient when client > 1 => (client - 1, clock),
            OriginKind.Half when client != 1 || clock > 0 => (1, clock / 2),
            OriginKind.Unknown => (UnknownClient, clock),
            _ => null,
        };
    }
}
