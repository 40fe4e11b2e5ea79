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
        const string Columns = "CPU | memory | health at worst";
        var theirs = compares ? $" Hocuspocus: {Columns} | CPU, ratio | memory, ratio | its outcome |" : "";
        Console.WriteLine($"| input | bytes | node: {Columns} | outcome |{theirs}");
        Console.WriteLine(string.Concat(Enumerable.Repeat("| --- ", compares ? 12 : 6)) + "|");
    }

    public void Add(string name, long bytes, IReadOnlyCollection<Figures> ours, IReadOnlyCollection<Figures> theirs)
    {
        var node = Figures.Middle(ours);
        Console.Write($"| {name} | {bytes:N0} | {node} | {node.Outcome} |");
        if (theirs.Count > 0)
        {
            var peer = Figures.Middle(theirs);
            Console.Write($" {peer} | {Ratio(node.CpuMilliseconds, peer.CpuMilliseconds)}"
                + $" | {Ratio(node.Megabytes, peer.Megabytes)} | {peer.Outcome} |");
        }
        else if (compares)
        {
            Console.Write(string.Concat(Enumerable.Repeat(" |", 6)));
        }

        Console.WriteLine();
    }

    /// <summary>Both figures have an error of about one.</summary>
    private static string Ratio(double ours, double theirs) =>
        (Math.Max(ours, 1) / Math.Max(theirs, 1)).ToString("G2", CultureInfo.InvariantCulture);
}
