using System.Globalization;
using Relay.Startup;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
return await RelayCommands.RunAsync(args, Console.Out, Console.Error);
