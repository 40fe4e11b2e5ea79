using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Relay.Bench.Load;

/// <summary>
/// A server under load: its own process on one core, with what it took of that core and of memory (Linux,
/// <c>/proc</c>).
/// </summary>
internal sealed class Peer : IDisposable
{
    // Servers have one core and the load has the other, so that neither takes the other's time.
    private const int ServerCore = 0, LoadCore = 1;

    /// <summary>The keys of the S3 that tests use.</summary>
    private const string ServiceKey = "relay-test";

    private static readonly ConcurrentBag<Process> Started = [];

    private readonly Channel<string> said = Channel.CreateUnbounded<string>();
    private readonly Process process;
    private readonly string? directory;

    static Peer()
    {
        // Nothing outlives this process, however it ends.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => KillAll();
        AppDomain.CurrentDomain.UnhandledException += (_, _) => KillAll();
    }

    private Peer(Process process, string url, string? directory) =>
        (this.process, Url, this.directory) = (process, url, directory);

    /// <summary>Where documents are: their name follows after a slash.</summary>
    public string Url { get; }

    /// <summary>The id of its process.</summary>
    public int Id => process.Id;

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
    public static Task<Peer> StartRelayAsync(string root)
    {
        var directory = Directory.CreateTempSubdirectory("relay-bench-").FullName;
        return StartRelayAsync(root, new() { ["FileStore:Path"] = directory }, directory);
    }

    /// <summary>A built node of this project.</summary>
    /// <param name="root">Of the repository.</param>
    /// <param name="settings">Below <c>Relay:</c>.</param>
    /// <param name="directory">What is deleted with it.</param>
    /// <param name="level">What it says.</param>
    public static async Task<Peer> StartRelayAsync(string root, Dictionary<string, string> settings,
        string? directory = null, string level = "Warning")
    {
        var port = FreePort();
        var start = OnCore(ServerCore, "dotnet", Path.Combine(root, "src/Relay/bin/Release/net10.0/Relay.dll"),
            "--urls", $"http://127.0.0.1:{port}");
        foreach (var (key, value) in settings)
        {
            start.ArgumentList.Add($"--Relay:{key}");
            start.ArgumentList.Add(value);
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["Logging__LogLevel__Default"] = level;
        start.Environment["AWS_ACCESS_KEY_ID"] = ServiceKey;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = $"{ServiceKey}-secret";
        var peer = await StartAsync(start, port, $"ws://127.0.0.1:{port}/yjs", directory);
        await peer.ReadyAsync(new Uri($"http://127.0.0.1:{port}/health/ready"));
        return peer;
    }

    /// <summary>A built node of this project that other nodes can ask.</summary>
    /// <param name="root">Of the repository.</param>
    /// <param name="settings">Below <c>Relay:</c>, of all nodes.</param>
    /// <param name="level">What it says.</param>
    public static Task<Peer> StartMemberAsync(string root, Dictionary<string, string> settings,
        string level = "Warning")
    {
        var port = FreePort();
        var own = new Dictionary<string, string>(settings)
        {
            ["Internal:Port"] = $"{port}",
            ["Node:Address"] = $"127.0.0.1:{port}"
        };
        return StartRelayAsync(root, own, level: level);
    }

    /// <summary>Hocuspocus. <c>npm ci</c> in its folder comes first.</summary>
    /// <param name="root">Of the repository.</param>
    /// <param name="node">The program that runs it.</param>
    /// <param name="redis">Where it shares documents with others, with its Redis extension.</param>
    /// <param name="secret">What tokens are signed with. Without one, no tokens are checked.</param>
    public static async Task<Peer> StartHocuspocusAsync(string root, string node, Peer? redis, string? secret = null)
    {
        var port = FreePort();
        var start = OnCore(ServerCore, node, "server.mjs");
        start.WorkingDirectory = Path.Combine(root, "bench/Load/peers/hocuspocus");
        start.Environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        if (redis is not null)
        {
            start.Environment["REDIS_PORT"] = redis.Url.Split(':')[1];
        }

        if (secret is not null)
        {
            start.Environment["TOKEN_SECRET"] = secret;
        }

        start.Environment["NODE_ENV"] = "production";
        return await StartAsync(start, port, $"ws://127.0.0.1:{port}", null);
    }

    /// <summary>A Redis in memory, on the core of the load. Its address is <c>host:port</c>.</summary>
    public static async Task<Peer> StartRedisAsync()
    {
        var port = FreePort();
        var start = OnCore(LoadCore, "redis-server", "--port", port.ToString(CultureInfo.InvariantCulture), "--bind",
            "127.0.0.1", "--save", "", "--appendonly", "no");
        return await StartAsync(start, port, $"127.0.0.1:{port}", null);
    }

    /// <summary>DynamoDB on this machine, in memory. <c>npm ci</c> in <c>tests/servers</c> comes first.</summary>
    public static async Task<Peer> StartDynamoDbAsync(string root)
    {
        var port = FreePort();
        var start = OnCore(LoadCore, "node", Path.Combine(root, "tests/servers/dynamodb.mjs"),
            port.ToString(CultureInfo.InvariantCulture));
        return await StartAsync(start, port, $"http://127.0.0.1:{port}", null);
    }

    /// <summary>
    /// The reference server of y-websocket, which keeps documents in memory only. <c>npm ci</c> in its folder comes
    /// first.
    /// </summary>
    public static async Task<Peer> StartReferenceAsync(string root, string node)
    {
        var port = FreePort();
        var start = OnCore(ServerCore, node, "node_modules/@y/websocket-server/src/server.js");
        start.WorkingDirectory = Path.Combine(root, "bench/Load/peers/y-websocket-server");
        start.Environment["HOST"] = "127.0.0.1";
        start.Environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["NODE_ENV"] = "production";
        return await StartAsync(start, port, $"ws://127.0.0.1:{port}", null);
    }

    /// <summary>
    /// ASP.NET's WebSockets with a broadcast and nothing else, from <c>peers/broadcast</c>, which is built with the
    /// solution.
    /// </summary>
    public static async Task<Peer> StartBroadcastAsync(string root)
    {
        var port = FreePort();
        var start = OnCore(ServerCore, "dotnet",
            Path.Combine(root, "bench/Load/peers/broadcast/bin/Release/net10.0/Broadcast.dll"));
        start.Environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
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

    /// <summary>Asks it to stop (SIGTERM), and waits until it has.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
    }

    /// <summary>Keeps this process to the core of the load: before it starts other threads.</summary>
    public static void PinLoad()
    {
        if (OperatingSystem.IsLinux())
        {
            Process.GetCurrentProcess().ProcessorAffinity = 1 << LoadCore;
        }
    }

    /// <summary>Waits until it has said this once more than when it was last waited for.</summary>
    public async Task SaysAsync(string text)
    {
        while (!(await said.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)))
            .Contains(text, StringComparison.Ordinal))
        {
        }
    }

    private static void KillAll()
    {
        foreach (var process in Started)
        {
            try
            {
                process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It was disposed of already.
            }
        }
    }

    private static ProcessStartInfo OnCore(int core, params string[] command)
    {
        var start = new ProcessStartInfo("taskset") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in (string[])["-c", core.ToString(CultureInfo.InvariantCulture), .. command])
        {
            start.ArgumentList.Add(word);
        }

        return start;
    }

    private static async Task<Peer> StartAsync(ProcessStartInfo start, int port, string url, string? directory)
    {
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        Started.Add(process);
        var peer = new Peer(process, url, directory);
        process.OutputDataReceived += (_, line) => peer.said.Writer.TryWrite(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => Console.Error.Write(line.Data is { } text ? $"{text}\n" : "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return peer;
            }
            catch (SocketException) when (watch.Elapsed < TimeSpan.FromSeconds(30) && !process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }

    private async Task ReadyAsync(Uri address)
    {
        using var http = new HttpClient();
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            using var answer = await http.GetAsync(address);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            if (watch.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new InvalidOperationException(
                    $"A node does not become ready: {await answer.Content.ReadAsStringAsync()}");
            }
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
