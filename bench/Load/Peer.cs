using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.Bench.Load;

/// <summary>A server under load: its own process on one core, with what it took of that core and of memory (Linux, <c>/proc</c>).</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process process;
    private readonly string? directory;

    private Peer(Process process, string url, string? directory) => (this.process, Url, this.directory) = (process, url, directory);

    /// <summary>Where documents are: their name follows after a slash.</summary>
    public string Url { get; }

    /// <summary>CPU time so far, seconds, user and system.</summary>
    public double CpuSeconds
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Resident memory, MB.</summary>
    public double ResidentMegabytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>A built node of this project with a fresh directory, logging every update to its file log.</summary>
    public static async Task<Peer> StartRelayAsync(string root)
    {
        var port = FreePort();
        var directory = Directory.CreateTempSubdirectory("relay-bench-").FullName;
        var start = OnOneCore("dotnet", Path.Combine(root, "src/Relay/bin/Release/net10.0/Relay.dll"), "--urls", $"http://127.0.0.1:{port}", "--Relay:FileStore:Path", directory);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        return await StartAsync(start, port, $"ws://127.0.0.1:{port}/yjs", directory);
    }

    /// <summary>The reference server of y-websocket, which keeps documents in memory only. <c>npm ci</c> in its folder comes first.</summary>
    public static async Task<Peer> StartReferenceAsync(string root, string node)
    {
        var port = FreePort();
        var start = OnOneCore(node, "node_modules/@y/websocket-server/src/server.js");
        start.WorkingDirectory = Path.Combine(root, "bench/Load/peers/y-websocket-server");
        start.Environment["HOST"] = "127.0.0.1";
        start.Environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["NODE_ENV"] = "production";
        return await StartAsync(start, port, $"ws://127.0.0.1:{port}", null);
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        if (directory is not null)
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static ProcessStartInfo OnOneCore(params string[] command)
    {
        // Servers have core 0 and the load core 1, so that neither takes the other's time.
        var start = new ProcessStartInfo("taskset") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in (string[])["-c", "0", .. command])
        {
            start.ArgumentList.Add(word);
        }

        return start;
    }

    private static async Task<Peer> StartAsync(ProcessStartInfo start, int port, string url, string? directory)
    {
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return new Peer(process, url, directory);
            }
            catch (SocketException) when (watch.Elapsed < TimeSpan.FromSeconds(20) && !process.HasExited)
            {
                await Task.Yield();
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
