using System.Globalization;

namespace Relay.Bench.Hostile;

/// <summary>What is printed: a line for each input.</summary>
internal sealed class Table
{
    private readonly bool compares;

    /// <param name="compares">Whether there are figures of Hocuspocus.</param>
    public Table(bool compares)
    {
        this.compares = compares;
        const string Columns = "CPU | most memory | memory after | health at worst | taken";
        var theirs = compares
            ? $" Hocuspocus: {Columns} | CPU, ratio | most memory, ratio | memory after, ratio | its outcome |" : "";
        Console.WriteLine($"| input | bytes | node: {Columns} | outcome |{theirs}");
        Console.WriteLine(string.Concat(Enumerable.Repeat("| --- ", compares ? 17 : 8)) + "|");
    }

    public void Add(string name, long bytes, IReadOnlyCollection<Figures> ours, IReadOnlyCollection<Figures> theirs)
    {
        var node = Figures.Middle(ours);
        Console.Write($"| {name} | {bytes:N0} | {node} | {node.Outcome} |");
        if (theirs.Count > 0)
        {
            var peer = Figures.Middle(theirs);
            Console.Write($" {peer} | {Ratio(figures => figures.CpuMilliseconds)}"
                + $" | {Ratio(figures => figures.Megabytes)} | {Ratio(figures => figures.SettledMegabytes)}"
                + $" | {peer.Outcome} |");

            // For what each has taken. Figures have an error of about one.
            string Ratio(Func<Figures, double> figure) =>
                (Math.Max(figure(node), 1) / Math.Max(figure(peer), 1) * peer.Share / node.Share)
                .ToString("G2", CultureInfo.InvariantCulture);
        }
        else if (compares)
        {
            Console.Write(string.Concat(Enumerable.Repeat(" |", 9)));
        }

        Console.WriteLine();
    }
}
