// What ASP.NET's WebSockets cost by themselves: every message goes to everybody else at its address, as it is. No
// document is kept and nothing is stored; whoever asks for a state is told that there is none.
using System.Collections.Concurrent;
using System.Globalization;
using Relay.Bench.Broadcast;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(
    kestrel => kestrel.ListenLocalhost(
        int.Parse(Environment.GetEnvironmentVariable("PORT")!, CultureInfo.InvariantCulture)));
var app = builder.Build();
app.UseWebSockets();
var rooms = new ConcurrentDictionary<string, Room>(StringComparer.Ordinal);
app.Run(async context =>
{
    if (!context.WebSockets.IsWebSocketRequest)
    {
        context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
        return;
    }

    var room = rooms.GetOrAdd(context.Request.Path.Value ?? "", _ => new Room());
    using var socket = await context.WebSockets.AcceptWebSocketAsync();
    await new Member(socket, room).ServeAsync();
});
await app.RunAsync();
