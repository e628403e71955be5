// Where the page begins.
import 'uplot/dist/uPlot.min.css';
import './style/fonts.css';
import './style/theme.css';
import './style/base.css';
import './style/shell.css';
import './style/charts.css';
import './style/live.css';
import './style/views.css';
import './style/query.css';
import { render } from 'preact';
import { App } from './shell/app';
import { startRoutes } from './page/route';
import { startTheme } from './shell/theme';

startTheme();
startRoutes();
const place = document.getElementById('page');
if (place !== null) render(<App />, place);
