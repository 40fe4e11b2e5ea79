using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.TestServers;

/// <summary>A redis-server of a test, on a free port of the loopback interface, with a directory of its own.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string directory = Path.Combine(Path.GetTempPath(), $"relay-redis-{Guid.NewGuid():n}");
    private string[] arguments = [];
    private string[]? configuration;
    private bool isOfCluster;
    private Process? process;

    public int Port { get; private set; }

    public string Address => $"127.0.0.1:{Port}";

    public int Id => process!.Id;

    /// <summary>Starts a server without persistence, unless the arguments say otherwise.</summary>
    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        var server = new RedisServer { arguments = arguments };
        await server.RunAsync();
        return server;
    }

    /// <summary>Starts a server that can become one of a cluster.</summary>
    public static async Task<RedisServer> StartForClusterAsync()
    {
        var server = new RedisServer { isOfCluster = true };
        await server.RunAsync();
        return server;
    }

    /// <summary>Starts a sentinel that watches a primary under the name "relay", or none yet.</summary>
    public static async Task<RedisServer> StartSentinelAsync(RedisServer? primary)
    {
        string[] watched = primary is null
            ? []
            :
            [
                $"sentinel monitor relay 127.0.0.1 {primary.Port} 1", "sentinel down-after-milliseconds relay 1000",
                "sentinel failover-timeout relay 3000",
            ];
        var server = new RedisServer { configuration = watched };
        await server.RunAsync();
        return server;
    }

    private async Task RunAsync()
    {
        ServerPrograms.Require(ServerKind.Redis);
        Directory.CreateDirectory(directory);
        for (var i = 0; i < 10; i++)
        {
            Port = FreePort();
            if (await TryRunAsync())
            {
                return;
            }
        }

        throw new InvalidOperationException("No redis-server could be started.");
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        Directory.Delete(directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends the process as kill -9 does.</summary>
    public void Kill()
    {
        if (process is { } running)
        {
            process = null;
            running.Kill();
            WaitForEnd(running);
            running.Dispose();
        }
    }

    /// <summary>Starts it again on its port, with what it had persisted.</summary>
    public async Task RestartAsync()
    {
        Kill();
        for (var i = 0; i < 10; i++)
        {
            if (await TryRunAsync())
            {
                return;
            }
        }

        throw new InvalidOperationException("The redis-server could not be started again.");
    }

    /// <summary>Sends a command as redis-cli does, and answers its output.</summary>
    public async Task<string> CommandAsync(params string[] command)
    {
        var start = new ProcessStartInfo(
            Program("RELAY_TEST_REDIS_CLI", "redis-cli"), ["-h", "127.0.0.1", "-p", Text(Port), .. command]);
        start.RedirectStandardOutput = true;
        using var client = Process.Start(start)!;
        var output = await client.StandardOutput.ReadToEndAsync().WaitAsync(Limit);
        await client.WaitForExitAsync().WaitAsync(Limit);
        return output.TrimEnd();
    }

    /// <summary>SIGSTOP or SIGCONT.</summary>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Text(Id)]);
        WaitForEnd(kill);
    }

    private static void WaitForEnd(Process process)
    {
        if (!process.WaitForExit(Limit))
        {
            throw new TimeoutException($"The process {process.Id} did not end.");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Program(string variable, string name) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path ? path : name;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<bool> TryRunAsync()
    {
        string[] cluster = isOfCluster
            ?
            [
                "--cluster-enabled", "yes", "--cluster-port", Text(FreePort()), "--cluster-config-file", "nodes.conf",
            ]
            : [];
        string[] all = ["--bind", "127.0.0.1", "--port", Text(Port), "--dir", directory];
        if (configuration is not null)
        {
            var file = Path.Combine(directory, "sentinel.conf");
            await File.WriteAllLinesAsync(file, configuration);
            all = [file, "--sentinel", .. all];
        }
        else
        {
            all = [.. all, "--save", "", "--appendonly", "no", .. cluster, .. arguments];
        }

        var start = new ProcessStartInfo(Program("RELAY_TEST_REDIS_SERVER", "redis-server"), all);
        start.RedirectStandardOutput = true;
        process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Limit) is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal)
                || line.Contains("Sentinel ID is", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return true;
            }
        }

        Kill();
        return false;
    }
}
