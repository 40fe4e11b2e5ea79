using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relay.Backplane;
using Relay.Reports;
using Relay.Sessions;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;
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
        var server = app.Services.GetRequiredService<IServer>();
        Address = new Uri(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        Http = new HttpClient { BaseAddress = Address };
    }

    public string Directory { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    /// <summary>All of its addresses.</summary>
    public IReadOnlyList<Endpoint> Endpoints => app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    public DashboardFeed Dashboards => app.Services.GetRequiredService<DashboardFeed>();

    public BufferBudget Budget => app.Services.GetRequiredService<BufferBudget>();

    public IDocumentLog Log => app.Services.GetRequiredService<IDocumentLog>();

    public SessionRegistry Sessions => app.Services.GetRequiredService<SessionRegistry>();

    public static Task<TestNode> StartAsync(SocketTimes? times = null, string? directory = null,
        params string[] settings) => StartAsync(_ => { }, times, directory, settings);

    /// <param name="configure">Changes how the node is put together.</param>
    /// <param name="times">When connections are pinged and the like.</param>
    /// <param name="directory">Its directory; one of its own without.</param>
    /// <param name="settings">Settings below <c>Relay:</c>, as in <c>Auth:Mode=none</c>.</param>
    public static Task<TestNode> StartAsync(Action<WebApplicationBuilder> configure, SocketTimes? times = null,
        string? directory = null, params string[] settings) =>
        StartAsync(configure, _ => { }, times, directory, settings);

    /// <param name="configure">Changes how the node is put together, before anything else.</param>
    /// <param name="replace">Changes it when all is there: what is added now takes the place of what was.</param>
    /// <param name="times">When connections are pinged and the like.</param>
    /// <param name="directory">Its directory; one of its own without.</param>
    /// <param name="settings">Settings below <c>Relay:</c>, as in <c>Auth:Mode=none</c>.</param>
    public static async Task<TestNode> StartAsync(
        Action<WebApplicationBuilder> configure, Action<IServiceCollection> replace, SocketTimes? times = null,
            string? directory = null, params string[] settings)
    {
        var owns = directory is null;
        directory ??= System.IO.Directory.CreateTempSubdirectory("relay-node-").FullName;
        string[] args =
        [
            "--environment", "Development", "--urls", "http://127.0.0.1:0", "--Relay:FileStore:Path", directory,
                "--Relay:Shutdown:DrainTime", "00:00:00",
            .. settings.SelectMany(s => new[] { "--Relay:" + s.Split('=')[0], s.Split('=', 2)[1] }),
        ];
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.ClearProviders();
        if (times is not null)
        {
            builder.Services.AddSingleton(times);
        }

        configure(builder);
        builder.AddRelay();
        replace(builder.Services);
        var app = builder.Build();
        app.UseRefusals().UsePages().MapRelay();
        await app.StartAsync().WaitAsync(Patience);
        return new TestNode(app, directory, owns);
    }

    /// <summary>A client's open socket; the path is sent as it is given.</summary>
    public async Task<TestSocket> ConnectAsync(string path = "/yjs/doc", string? subprotocol = null,
        params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        foreach (var (name, value) in headers)
        {
            socket.Options.SetRequestHeader(name, value);
        }

        if (subprotocol is not null)
        {
            socket.Options.AddSubProtocol(subprotocol);
        }

        await socket.ConnectAsync(
            new Uri($"ws://{Address.Authority}{path}",
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), CancellationToken.None)
            .WaitAsync(Patience);
        return new TestSocket(socket);
    }

    /// <summary>
    /// The status and the sentence with which a WebSocket is refused: the same as for a plain request.
    /// </summary>
    public async Task<(int Status, string Sentence)> RefusedAsync(string path,
        params (string Name, string Value)[] headers)
    {
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(path, null, headers));
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Http.SendAsync(request).WaitAsync(Patience);
        Assert.Contains($"'{(int)answer.StatusCode}'", refused.Message, StringComparison.Ordinal);
        return await ProblemAnswer.ReadAsync(answer);
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
