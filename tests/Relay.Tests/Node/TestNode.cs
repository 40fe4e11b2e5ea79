using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relay.Connections.WebSockets;
using Relay.Sessions;
using Relay.Startup;

namespace Relay.Node;

/// <summary>A whole node on a real listener, in a directory of its own.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication app;
    private readonly bool ownsDirectory;

    private TestNode(WebApplication app, string directory, bool ownsDirectory)
    {
        this.app = app;
        this.ownsDirectory = ownsDirectory;
        Directory = directory;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        Http = new HttpClient { BaseAddress = Address };
    }

    public string Directory { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public SessionRegistry Sessions => app.Services.GetRequiredService<SessionRegistry>();

    public static async Task<TestNode> StartAsync(SocketTimes? times = null, string? directory = null, params string[] settings)
    {
        var owns = directory is null;
        directory ??= System.IO.Directory.CreateTempSubdirectory("relay-node-").FullName;
        string[] args =
        [
            "--environment", "Development", "--urls", "http://127.0.0.1:0", "--Relay:FileStore:Path", directory, "--Relay:Shutdown:DrainTime", "00:00:00.2",
            .. settings.SelectMany(s => new[] { "--Relay:" + s.Split('=')[0], s.Split('=')[1] }),
        ];
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.ClearProviders();
        if (times is not null)
        {
            builder.Services.AddSingleton(times);
        }

        builder.AddRelay();
        var app = builder.Build();
        app.MapRelay();
        await app.StartAsync().WaitAsync(Patience);
        return new TestNode(app, directory, owns);
    }

    /// <summary>A client's open socket; the path is sent as it is given.</summary>
    public async Task<TestSocket> ConnectAsync(string path = "/yjs/doc", string? subprotocol = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        if (subprotocol is not null)
        {
            socket.Options.AddSubProtocol(subprotocol);
        }

        await socket.ConnectAsync(new Uri($"ws://{Address.Authority}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), CancellationToken.None)
            .WaitAsync(Patience);
        return new TestSocket(socket);
    }

    public Task StopAsync() => app.StopAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await StopAsync();
        await app.DisposeAsync();
        if (ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
