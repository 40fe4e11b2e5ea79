using Relay.Yjs.Costs;

namespace Relay.Bench.Engine;

/// <summary>
/// Answers one question in seconds: what does each of the inputs cost that should hurt? Four of them are honest. The
/// tests count their steps (<c>tests/Yjs.Costs</c>).
/// </summary>
internal static class AdverseRun
{
    public static void Print(int rounds, string partOfName)
    {
        Console.WriteLine("input | n | bytes | ms of CPU: median (least to greatest) | MB allocated");
        foreach (var (name, (size, make)) in AdverseInputs.All.Where(input => input.Key.Contains(partOfName,
            StringComparison.OrdinalIgnoreCase)))
        {
            // A tenth of it first, so that nothing is compiled while it is measured.
            make(size / 10).Run();
            var times = new List<double>();
            long bytes = 0, allocated = 0;
            for (var round = 0; round < rounds; round++)
            {
                var input = make(size);
                GC.Collect();
                var before = GC.GetAllocatedBytesForCurrentThread();
                var started = Environment.CpuUsage.TotalTime;
                input.Run();
                times.Add((Environment.CpuUsage.TotalTime - started).TotalMilliseconds);
                (bytes, allocated) = (input.Bytes, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            times.Sort();
            var spread = $"{times[times.Count / 2]:F1} ({times[0]:F1} to {times[^1]:F1})";
            Console.WriteLine($"{name} | {size:N0} | {bytes:N0} | {spread} | {allocated / 1e6:F1}");
        }
    }
}
