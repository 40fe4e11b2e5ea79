using System.Globalization;

namespace Relay.Bench.Load;

/// <summary>A workload's name, and options after it: <c>--name value</c>.</summary>
internal sealed class Arguments(string[] args)
{
    public string Workload { get; } = args.FirstOrDefault() ?? "";

    public string Option(string name, string otherwise) =>
        Array.IndexOf(args, "--" + name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : otherwise;

    public int Number(string name, int otherwise) =>
        int.Parse(Option(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
}
